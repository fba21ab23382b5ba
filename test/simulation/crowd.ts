import { ids } from '../../src/slack/ids.ts';
import type { RunningBot } from './bot.ts';
import { type Heard, reasonForm } from './ears.ts';
import type { Happening } from './invariant.ts';
import type { Kernel } from './kernel.ts';
import { type Action, people } from './scenario.ts';
import type { PressableButton, SlackModel } from './slack-model.ts';

/** When Slack brings an envelope again that nobody acknowledged, after the first time. */
const redeliveriesMs = [3_000, 15_000, 40_000];

const looksForButton = 4;
const betweenLooksMs = 5_000;

/** What a person sends, and the same as an envelope of Slack. */
type Sent = Pick<Heard, 'kind' | 'by' | 'id' | 'value' | 'request'>;
type Envelope = Sent & Pick<Heard, 'key' | 'trigger_id'>;

/** When the admin opens what is locked, once nothing goes wrong any more. */
const unlocksAtMs = [100, 90_000, 300_000, 900_000, 1_200_000];
/** A question that is open hides Resume until it has its default answer. */
const resumesAtMs = [5_000, 200_000, 700_000];

/** What the people of a history act on. */
interface CrowdNeeds {
  kernel: Kernel;
  slack: SlackModel;
  bots: Set<RunningBot>;
  happened: (happening: Happening) => void;
  /** Told of an acknowledgement that only says that it failed. */
  apologised: () => void;
  /** Who is no member of the workspace, and when. */
  leaves: { who: string; from: number; until: number }[];
  story: (line: string) => void;
  /** Somebody else changes what runs on a server. */
  tamper: (server: string) => void;
}

/** People and Slack: what they do reaches whichever bot is there, and comes again until it is acknowledged. */
export interface Crowd {
  act(action: Action): void;
  /** Nobody asks for anything new, everybody is back, and the environment is open. */
  calmDown(): void;
}

/** The people of one history. */
export function createCrowd(needs: CrowdNeeds): Crowd {
  const { kernel, story } = needs;
  const counts = { envelopes: 0, requests: 0 };
  const send = (heard: Sent, twice: boolean): void => {
    const trigger_id = `t${(counts.envelopes += 1)}`;
    const prefix = { press: 'press', command: 'command', request: 'form', reason: reasonForm(heard.id) }[
      heard.kind
    ];
    const envelope = { ...heard, trigger_id, key: `${prefix}:${trigger_id}` };
    story(`${heard.by} ${sayHeard(heard)} (${envelope.key})${twice ? ', delivered twice' : ''}`);
    const acked = { yes: false, failed: false };
    bring(needs, envelope, acked, 0);
    if (twice) kernel.later(kernel.random.below(400), null, () => handOver(needs, envelope, acked));
  };
  /** A button that is not there yet is looked for again. */
  const press = (action: Extract<Action, { do: 'press' }>, tries: number): void => {
    const button = findButton(needs, action);
    if (button) send({ kind: 'press', by: action.by, ...button, request: null }, action.twice);
    else if (tries < looksForButton) kernel.later(betweenLooksMs, null, () => press(action, tries + 1));
  };
  const sayWhy = (action: Extract<Action, { do: 'stop-now' | 'break-glass' }>, tries: number): void => {
    const button = findButton(needs, { ...action, button: action.do, stale: false });
    if (button) send({ kind: 'reason', by: action.by, ...button, request: null }, action.twice);
    else if (tries < looksForButton) kernel.later(betweenLooksMs, null, () => sayWhy(action, tries + 1));
  };
  return {
    act: (action) => {
      switch (action.do) {
        case 'request':
          counts.requests += 1;
          return send(requestOf(action, counts.requests, kernel.now), action.twice);
        case 'command':
          return send(
            { kind: 'command', by: action.by, id: '', value: action.text, request: null },
            action.twice,
          );
        case 'leave':
          needs.leaves.push({ who: action.who, from: kernel.now, until: kernel.now + action.forMs });
          return story(`${action.who} is no member for ${action.forMs} ms`);
        case 'tamper':
          return needs.tamper(`web-${action.server + 1}`);
        case 'press':
          return press(action, 1);
        case 'stop-now':
        case 'break-glass':
          return sayWhy(action, 1);
      }
    },
    calmDown: () => {
      for (const leave of needs.leaves) leave.until = Math.min(leave.until, kernel.now);
      const unlock = {
        kind: 'command',
        by: people.admin,
        id: '',
        value: 'unlock shop',
        request: null,
      } as const;
      // A rollback may close the environment only then.
      for (const at of unlocksAtMs) kernel.later(at, null, () => send(unlock, false));
      for (let on = 0; needs.slack.card(on + 1); on += 1) {
        const resume = {
          do: 'press',
          button: 'resume',
          on,
          by: people.ana,
          twice: false,
          stale: false,
        } as const;
        for (const at of resumesAtMs) kernel.later(at, null, () => press({ ...resume, at: 0 }, 1));
      }
    },
  };
}

function requestOf(
  { by, startsInMs, servers }: Extract<Action, { do: 'request' }>,
  count: number,
  now: number,
): Sent {
  const request = {
    environment: 'shop',
    selection: [`shop@${count + 1}`],
    servers: servers === null ? null : [`web-${servers}`],
    startsAt: startsInMs === null ? null : now + startsInMs,
    typed: startsInMs === null ? null : 'later',
    zone: 'Europe/Madrid',
    reason: `reason ${count}`,
    acceptedWarnings: 'all' as const,
    shownHash: null,
  };
  return { kind: 'request', by, id: '', value: '', request };
}

type Wanted = Extract<Action, { do: 'press' }>['button'] | 'stop-now' | 'break-glass';

const buttonIds: Record<Exclude<Wanted, 'answer'>, string> = {
  approve: ids.approve,
  cancel: ids.cancel,
  stop: ids.stop,
  retry: ids.retry,
  pause: ids.pause,
  resume: ids.resume,
  'stop-now': ids.stopNow,
  'put-back': ids.putBack,
  'keep-out': ids.keepOut,
  'roll-back': ids.rollBack,
  undo: ids.answer('roll-back'),
  keep: ids.keep,
  snooze: ids.snooze,
  'break-glass': ids.breakGlass,
  'join-glass': ids.joinGlass,
};

/** What a person finds on the card: now, or on an older one that still stands on their screen. */
function findButton(
  { slack, kernel }: CrowdNeeds,
  { button, on, stale }: { button: Wanted; on: number; stale: boolean },
): PressableButton | null {
  const shown = slack.card(on + 1)?.buttons ?? [];
  const wanted = (id: string): boolean => {
    if (button === 'answer') return id.startsWith(ids.answer('stop').replace('stop', ''));
    return id === buttonIds[button];
  };
  const screens = stale ? shown : shown.slice(-1);
  const found = screens.flatMap((screen) => screen.filter(({ id }) => wanted(id)));
  const [first, ...rest] = found;
  return first ? kernel.random.pick([first, ...rest]) : null;
}

/** How an envelope was acknowledged, whichever time it came. */
interface Acked {
  yes: boolean;
  /** The product's listener failed: what is acknowledged is an apology. */
  failed: boolean;
}

/** Hands an envelope over, and again until it is acknowledged or Slack gives up. */
function bring(needs: CrowdNeeds, envelope: Envelope, acked: Acked, tries: number): void {
  if (acked.yes) return;
  handOver(needs, envelope, acked);
  const again = redeliveriesMs[tries];
  if (again !== undefined) needs.kernel.later(again, null, () => bring(needs, envelope, acked, tries + 1));
}

function handOver(needs: CrowdNeeds, envelope: Envelope, acked: Acked): void {
  const { kernel, bots, happened, apologised } = needs;
  const [first, ...rest] = bots;
  if (!first) return;
  const bot = kernel.random.pick([first, ...rest]);
  const { key } = envelope;
  const ack = async (response?: unknown): Promise<void> => {
    await kernel.turn(20, bot.process);
    acked.yes = true;
    const answer = response === undefined ? '' : JSON.stringify(response);
    if (acked.failed) apologised();
    else happened({ is: 'ack', at: kernel.now, envelope: key, answer });
    await kernel.turn(0, bot.process);
  };
  const respond = (text: string): void =>
    happened({ is: 'told', at: kernel.now, envelope: key, answer: text });
  kernel.later(0, bot.process, () => {
    bot.process.quiet = 0;
    const failed = (): void => void (acked.failed = true);
    void bot.hear({ body: { ...asSlackSends(envelope), failed }, ack, respond });
  });
}

/** The fields by which the product knows what it was sent. */
function asSlackSends(envelope: Envelope): Record<string, unknown> {
  const types = {
    press: 'block_actions',
    command: 'command',
    request: 'view_submission',
    reason: 'view_submission',
  };
  const view = { blocks: [{ type: 'input', block_id: ids.reason }] };
  return {
    ...envelope,
    type: types[envelope.kind],
    ...(envelope.kind === 'command' ? { command: '/deploy' } : { view }),
  };
}

function sayHeard({ kind, id, value, request }: Pick<Heard, 'kind' | 'id' | 'value' | 'request'>): string {
  if (kind === 'request') return `asks for ${request?.selection.join()}${request?.startsAt ? ' later' : ''}`;
  if (kind === 'reason') return `says why ${id}`;
  return kind === 'press' ? `presses ${id}` : `types /deploy ${value}`;
}
