import { sayTime } from '../domain/calendar/calendar.ts';
import type { StoredEvent } from '../domain/events/deployment-event.ts';
import { standingSentence } from '../domain/roles.ts';
import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import type { LoadedDeployment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { findObstacles } from './why-not-running.ts';

/** A press on *Ask @ana*. */
export interface AskToLift {
  by: string;
  number: number;
  /** Rule of the obstacle that the button stood beside. */
  rule: string;
}

/** Who was asked, as mentions. */
export interface AskedToLift {
  number: number;
  people: string[];
}

/** Nobody is asked for the same thing more often than this. */
const betweenAsksMs = 3_600_000;

/** Asks whoever can lift what keeps a deployment from running, in its thread: once an hour for each reason. */
export async function askToLift(needs: AppNeeds, request: AskToLift): Promise<Verdict<AskedToLift>> {
  const { by, number, rule } = request;
  const person = await needs.findPerson(by);
  if (person.standing !== 'member')
    return refuse({ ...nothing(number), rule: 'D-01', message: standingSentence(person) });
  return await decide<AskedToLift>(needs, number, async (loaded) => {
    const obstacle = (await findObstacles(needs, loaded)).find((found) => found.rule === rule);
    if (!obstacle || obstacle.people.length === 0) return refuse(gone(number));
    const earlier = await askedLately(needs, number, rule);
    if (earlier) return refuse(askedAlready(loaded, earlier));
    const people = obstacle.people.filter((mention) => mention !== `<@${by}>`);
    if (people.length === 0) return refuse(yourself(number, obstacle.wayOut));
    const { message } = obstacle;
    return accept({
      events: [{ type: 'lift_asked', by, rule, message, people }],
      answer: { number, people },
    });
  });
}

type Asked = StoredEvent & { event: Extract<StoredEvent['event'], { type: 'lift_asked' }> };

async function askedLately({ store, now }: AppNeeds, number: number, rule: string): Promise<Asked | null> {
  const last = (await store.eventsAfter(number, 0)).findLast(
    (stored): stored is Asked => stored.event.type === 'lift_asked' && stored.event.rule === rule,
  );
  return last && now() - last.at < betweenAsksMs ? last : null;
}

function nothing(number: number) {
  return { liftedBy: 'nobody', wayOut: `See \`/deploy why ${number}\`.` };
}

function gone(number: number): Refusal {
  return {
    ...nothing(number),
    rule: 'law-14',
    message: `That does not keep #${number} from running any more, so nobody was asked.`,
  };
}

function askedAlready({ deployment }: LoadedDeployment, { at, event }: Asked): Refusal {
  const { number, zone } = deployment;
  return {
    ...nothing(number),
    rule: 'law-14',
    message: `<@${event.by}> asked ${event.people.join(', ')} already at ${sayTime(at, zone)}.`,
    wayOut: `Ask again after ${sayTime(at + betweenAsksMs, zone)}, or write to them in the thread of #${number}.`,
  };
}

function yourself(number: number, wayOut: string): Refusal {
  return {
    rule: 'law-14',
    message: `You are the one who can lift that for #${number}.`,
    liftedBy: 'you',
    wayOut,
  };
}
