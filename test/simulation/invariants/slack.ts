import { foldDeployment } from '../../../src/domain/deployment/fold-deployment.ts';
import { factsOf } from '../../../src/progress/facts.ts';
import { threadMessages } from '../../../src/slack/card/thread-message.ts';
import { ids } from '../../../src/slack/ids.ts';
import type { Invariant, Witnesses } from '../invariant.ts';
import { type DeploymentEntry, openAttempt } from '../ledger.ts';
import type { LogRow } from '../memory.ts';
import type { PostedMessage } from '../slack-model.ts';

/** A sentence that says what became of it is not known yet answers nothing. */
const notYetKnown = 'takes longer than Slack waits';

/** Written into other deployments than the one that a person meant. */
const onOthers = new Set(['lock_lifted', 'lock_met', 'rollback_requested']);

/** 10. */
export const inbox: Invariant = {
  number: '10 inbox',
  says: 'Every envelope that is acknowledged stands in the inbox, changes things at most once, and is given the same answer each time it comes.',
  watch: ({ memory }) => {
    const effects = new Map<string, number>();
    const answers = new Map<string, string>();
    return (happening) => {
      if (happening.is === 'row' && happening.envelope !== null) {
        const { envelope, row } = happening;
        if (onOthers.has(row.event.type)) return null;
        const first = effects.get(envelope);
        // One change may be several events, which are written at one instant and follow each other.
        if (first !== undefined && first !== row.seq - 1)
          return `${envelope} changes #${row.deployment} once more, by ${row.event.type}`;
        effects.set(envelope, row.seq);
        return null;
      }
      if (happening.is !== 'ack' && happening.is !== 'told') return null;
      const { envelope, answer, is } = happening;
      if (is === 'ack' && memory.inboxAnswer(envelope) === undefined)
        return `${envelope} is acknowledged and stands in no row`;
      if (answer.includes(notYetKnown)) return null;
      const key = `${is} ${envelope}`;
      const before = answers.get(key) ?? answer;
      answers.set(key, answer);
      return before === answer ? null : `${envelope} is answered ${answer} after ${before}`;
    };
  },
};

/** 11. */
export const slackConverges: Invariant = {
  number: '11 Slack converges',
  says: 'Once faults have stopped, each deployment has one card with only the buttons that do something, each fact is told once and in order, and nothing is left to be sent.',
  watch: (witnesses) => {
    const rows: LogRow[] = [];
    return (happening) => {
      if (happening.is === 'row') rows.push(happening.row);
      if (happening.is !== 'end' || !happening.finished) return null;
      const [unsaid] = witnesses.memory.unsaidMessages();
      if (unsaid) return `${unsaid.key} is ${unsaid.state} at the end: ${unsaid.error ?? ''}`;
      for (const entry of witnesses.ledger.deployments.values()) {
        const own = rows.filter(({ deployment }) => deployment === entry.number);
        const because = wrongInChannel(witnesses, entry, own);
        if (because !== null) return because;
      }
      return null;
    };
  },
};

function wrongInChannel({ slack }: Witnesses, entry: DeploymentEntry, rows: LogRow[]): string | null {
  const { number } = entry;
  const cards = slack.messages.filter(({ key }) => key === `card:${number}`);
  const [card] = cards;
  if (!card || cards.length > 1) return `#${number} has ${cards.length} cards`;
  const thread = slack.messages.filter(({ threadTs }) => threadTs === card.ts);
  const keys = thread.map(({ key }) => key);
  if (new Set(keys).size < keys.length) return `a message of #${number} stands twice: ${keys.join(', ')}`;
  // What goes on in further messages, a long table, has a key of its own after the version.
  const told = thread.filter(({ key }) => key.split(':').length === 3);
  const versions = told.map(({ key }) => Number(key.split(':')[2]));
  if (versions.some((version, at) => version < (versions[at - 1] ?? 0)))
    return `the thread of #${number} is out of order: ${versions.join(', ')}`;
  const because = wrongLines(entry, rows, told);
  if (because !== null) return because;
  return wrongButtons(entry, rows, card.buttons.at(-1)?.map(({ id }) => id) ?? []);
}

/** Each message tells the facts from its own version to that of the next one, and none of them is left out. */
function wrongLines(entry: DeploymentEntry, rows: LogRow[], told: PostedMessage[]): string | null {
  const deployment = foldDeployment(rows);
  if (!deployment) return `#${entry.number} has no log`;
  const facts = factsOf(entry.plan, rows);
  const begins = [...told.map(({ key }) => Number(key.split(':')[2])), Infinity];
  const needs = { deployment, plan: entry.plan, ended: null, place: null, readBackOf: () => null };
  let toldOf = 0;
  for (const [at, { key, text }] of told.entries()) {
    const [from = 0, to = 0] = begins.slice(at, at + 2);
    const [first, ...more] = facts.filter(({ version }) => version >= from && version < to);
    if (!first) return `${key} tells nothing that happened`;
    toldOf += 1 + more.length;
    const [expected] = threadMessages(needs, [first, ...more]);
    const [said, wanted] = [text, expected.text].map((words) => words.split('\n').length);
    if (said !== wanted) return `${key} has ${said} lines, and its facts make ${wanted}`;
  }
  return toldOf === facts.length
    ? null
    : `the thread of #${entry.number} tells ${toldOf} of ${facts.length} facts`;
}

function wrongButtons(entry: DeploymentEntry, rows: LogRow[], shown: string[]): string | null {
  const state = foldDeployment(rows)?.state ?? 'unknown';
  const goesOn = openAttempt(entry) !== null;
  const allowed: Record<string, boolean> = {
    [ids.approve]: state === 'awaiting_approval',
    [ids.reject]: state === 'awaiting_approval',
    [ids.breakGlass]: state === 'awaiting_approval',
    [ids.joinGlass]: state === 'awaiting_approval',
    [ids.seeGlass]: rows.some(({ event }) => event.type === 'glass_broken'),
    [ids.cancel]: ['awaiting_approval', 'scheduled', 'queued', 'waiting'].includes(state) && !goesOn,
    [ids.stop]: goesOn,
    [ids.stopNow]: goesOn,
    [ids.pause]: goesOn,
    [ids.resume]: goesOn,
    [ids.rollBack]: !goesOn && entry.attempts.length > 0 && entry.plan.undoes === null,
    [ids.keep]: entry.countdown !== null,
    [ids.snooze]: entry.countdown !== null,
    [ids.putBack]: !goesOn && entry.attempts.length > 0,
    [ids.keepOut]: !goesOn && entry.attempts.length > 0,
    [ids.retry]: !goesOn && !entry.queued && entry.attempts.length > 0,
    [ids.choose]: !goesOn && !entry.queued && entry.attempts.length > 0,
    [ids.details]: true,
  };
  const useless = shown.find((id) => !(allowed[id] ?? entry.question !== null));
  return useless === undefined ? null : `the card of #${entry.number} shows ${useless} while it is ${state}`;
}
