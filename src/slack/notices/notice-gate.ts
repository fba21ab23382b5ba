import { judgeNotice, usualSettings } from '../../domain/person-settings.ts';
import type { Person } from '../../domain/roles.ts';
import type { StoredMessage } from '../../store/messages.ts';
import type { Store } from '../../store/store.ts';
import { noticeOf } from './notice-row.ts';

/** What becomes of a direct message that Slack does not show yet. */
export type Admission = { do: 'send' } | { do: 'wait'; forMs: number } | { do: 'withdraw'; why: string };

/** Judges a direct message at the moment of sending, by what its reader chose and who they are by then. */
export type NoticeGate = (message: StoredMessage) => Promise<Admission>;

/** What judging needs. */
export interface GateNeeds {
  store: Pick<Store, 'personSettings'>;
  findPerson: (id: string) => Promise<Person>;
  /** Epoch milliseconds of the wall clock: quiet hours are hours of people. */
  now: () => number;
}

const askAgainMs = 30_000;
/** What is decided already is no news to whoever was never asked. */
const onlyAsked = ['approval', 'question'];

/** Only members are written to, as they chose; a question that has its answer is withdrawn from whoever has not seen it. */
export function createNoticeGate({ store, findPerson, now }: GateNeeds): NoticeGate {
  return async (message) => {
    const notice = noticeOf(message);
    if (!notice) return { do: 'send' };
    if (onlyAsked.includes(notice.about) && notice.actBy === null)
      return { do: 'withdraw', why: 'it is decided already' };
    const person = await findPerson(message.channel);
    if (person.standing === 'unknown') return { do: 'wait', forMs: askAgainMs };
    if (person.standing !== 'member') return { do: 'withdraw', why: `this is no member: ${person.standing}` };
    const settings = (await store.personSettings(person.id)) ?? usualSettings;
    const at = now();
    const { comes, waitsUntil } = judgeNotice(settings, notice, { now: at, zone: person.timezone });
    if (!comes) return { do: 'withdraw', why: 'they chose not to get it' };
    return waitsUntil === null ? { do: 'send' } : { do: 'wait', forMs: waitsUntil - at };
  };
}
