import type { Fleet } from '../sandbox/fleet/start-fleet.ts';
import { startLoad } from '../sandbox/fleet/start-load.ts';
import type { ShownMessage } from '../sandbox/slack/channel.ts';
import { renderMarkup } from '../sandbox/slack/render-markup.ts';
import { renderText } from '../sandbox/slack/render-text.ts';
import type { LocalSlack } from '../sandbox/slack/start-slack.ts';

/** What the story is played with. */
export interface Stage {
  fleet: Fleet;
  slack: LocalSlack;
  print: (line: string) => void;
}

const waitMs = 40_000;
const channel = 'C0SHOP';

/** Request, refused self-approval, approval, half by half under load, a real failure, the retry of the rest, the end. */
export async function playStory({ fleet, slack, print }: Stage): Promise<number> {
  const ana = slack.person('U0ANA');
  const ben = slack.person('U0BEN');
  const card = (): ShownMessage => {
    const [message] = slack.channel(channel).messages();
    if (!message) throw new Error('the card is not there');
    return message;
  };
  const cardSays = async (words: string): Promise<void> => {
    await slack.until(() => slack.channel(channel).messages()[0]?.text.includes(words), waitMs);
  };

  title(
    print,
    `Six servers in two clusters behind ${fleet.balancer === 'haproxy' ? 'HAProxy' : 'a small load balancer'}, all on shop@1`,
  );
  const load = startLoad({ url: fleet.url, requestsPerSecond: 50 });

  title(print, 'Ana types /deploy shop@2 to shop-production and reads the plan');
  await ana.types('/deploy shop@2 to shop-production', { channel });
  const form = await ana.modal();
  print(indent(form.text()));
  await form.type('Reason', 'the new front page');
  await form.submit();
  await cardSays('waiting for approval');
  print(indent(renderText(card(), slack)));

  title(print, 'Ana presses Approve on her own request');
  await ana.press(card(), 'Approve');
  await slack.until(() => ana.ephemerals().length > 0, waitMs);
  print(indent(`only Ana sees: ${renderMarkup(ana.ephemerals().at(-1)?.text ?? '', slack)}`));

  title(print, 'Ben approves. web-5 is about to fail, and nobody knows it yet');
  fleet.breakNext('web-5');
  await ben.press(card(), 'Approve');
  await cardSays('part of it is done');
  print(indent(renderText(card(), slack)));
  await printFleet(fleet, print);

  title(print, 'web-5 has room again: Ana deploys the remaining two');
  await ana.press(card(), 'Deploy the remaining 2');
  await cardSays('6 of 6 servers');
  await slack.until(() => card().text.includes(': done'), waitMs);
  await slack.until(() => card().thread.some(({ text }) => text.includes('Attempt 2 in')), waitMs);
  await printFleet(fleet, print);

  title(print, 'The thread');
  for (const message of card().thread) print(indent(renderText(message, slack)));

  const { sent, failed, byRevision } = await load.stop();
  const revisions = Object.entries(byRevision).map(([name, count]) => `${name} ${count}`);
  print(`\n${failed} of ${sent} requests failed (answered by ${revisions.join(', ')}).`);
  const servers = await fleet.status();
  return failed === 0 && servers.every(({ revision }) => revision === 'shop@2') ? 0 : 1;
}

function title(print: Stage['print'], text: string): void {
  print(`\n▸ ${text}`);
}

function indent(text: string): string {
  return text
    .replaceAll(/(^|\s)\*([^*\n]+)\*/g, '$1$2')
    .replaceAll('`', '')
    .replaceAll(/^/gm, '  │ ');
}

async function printFleet(fleet: Fleet, print: Stage['print']): Promise<void> {
  for (const { name, cluster, revision, balancer } of await fleet.status())
    print(indent(`${cluster}/${name}  runs ${revision}  load balancer: ${balancer}`));
}
