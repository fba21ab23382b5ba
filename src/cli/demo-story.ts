import type { Fleet } from '../sandbox/fleet/start-fleet.ts';
import { startLoad } from '../sandbox/fleet/start-load.ts';
import type { ShownMessage } from '../sandbox/slack/channel.ts';
import { type RenderContext, renderMarkup } from '../sandbox/slack/render-markup.ts';
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
export async function playStory(stage: Stage): Promise<number> {
  const { fleet, print } = stage;
  const balancer = fleet.balancer === 'haproxy' ? 'HAProxy' : 'a small load balancer';
  title(print, `Six servers in two clusters behind ${balancer}, all on shop@1`);
  const load = startLoad({ url: fleet.url, requestsPerSecond: 50 });
  try {
    await playRequest(stage);
    await playApproval(stage);
    await playRetry(stage);
  } finally {
    await load.stop();
  }
  const { sent, failed, byRevision } = load.counts();
  const revisions = Object.entries(byRevision).map(([name, count]) => `${name} ${count}`);
  print(`\n${failed} of ${sent} requests failed (answered by ${revisions.join(', ')}).`);
  print('Be in it yourself, in a browser: npm run sandbox');
  const servers = await fleet.status();
  return failed === 0 && servers.every(({ revision }) => revision === 'shop@2') ? 0 : 1;
}

async function playRequest({ slack, print, ...stage }: Stage): Promise<void> {
  const ana = slack.person('U0ANA');
  title(print, 'Ana types /deploy shop@2 to shop-production and reads the plan');
  await ana.types('/deploy shop@2 to shop-production', { channel });
  const form = await ana.modal();
  // She reads it when the servers have said what runs there; where they say nothing, as it is.
  await slack.until(() => !form.text().includes('not checked yet'), waitMs).catch(() => undefined);
  print(indent(form.text()));
  await form.type('Reason', 'the new front page');
  await form.submit();
  await cardSays({ slack, print, ...stage }, 'waiting for approval');
  print(indent(renderText(cardOf(slack), asAna(slack))));

  title(print, 'Ana presses Approve on her own request');
  await ana.press(cardOf(slack), 'Approve');
  await slack.until(() => ana.ephemerals().length > 0, waitMs);
  print(indent(`only Ana sees: ${renderMarkup(ana.ephemerals().at(-1)?.text ?? '', asAna(slack))}`));
}

async function playApproval(stage: Stage): Promise<void> {
  const { fleet, slack, print } = stage;
  title(print, 'Ben approves. web-5 is about to fail, and nobody knows it yet');
  fleet.breakNext('web-5');
  await slack.person('U0BEN').press(cardOf(slack), 'Approve');
  await cardSays(stage, 'part of it is done');
  print(indent(renderText(cardOf(slack), asAna(slack))));
  await printFleet(fleet, print);
}

async function playRetry(stage: Stage): Promise<void> {
  const { fleet, slack, print } = stage;
  title(print, 'web-5 has room again: Ana deploys the remaining two');
  await slack.person('U0ANA').press(cardOf(slack), 'Deploy the remaining 2');
  await cardSays(stage, ': done, 6 of 6 servers');
  await slack.until(() => cardOf(slack).thread.some(({ text }) => text.includes('Attempt 2 in')), waitMs);
  await printFleet(fleet, print);

  title(print, 'The thread');
  for (const message of cardOf(slack).thread) print(indent(renderText(message, asAna(slack))));
}

/** What is read is what Ana reads, with the hours of her zone. */
function asAna(slack: LocalSlack): RenderContext {
  return { nameOf: (id) => slack.nameOf(id), timezone: 'Europe/Madrid' };
}

function cardOf(slack: LocalSlack): ShownMessage {
  const [message] = slack.channel(channel).messages();
  if (!message) throw new Error('the card is not there');
  return message;
}

/** Waits for words on the card; a story that goes another way says what the card and its thread say instead. */
async function cardSays({ slack, print }: Stage, words: string): Promise<void> {
  try {
    await slack.until(() => slack.channel(channel).messages()[0]?.text.includes(words), waitMs);
  } catch {
    const [card] = slack.channel(channel).messages();
    for (const message of card ? [card, ...card.thread] : [])
      print(indent(renderText(message, asAna(slack))));
    throw new Error(`the story went another way: the card never said "${words}"`);
  }
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
