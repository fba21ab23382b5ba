import type { HomeEnvironment, HomeFacts } from '../../app/read-home.ts';
import { sayLock } from '../../domain/deployment/lock.ts';
import { sayState } from '../../domain/deployment/say-state.ts';
import type { Drifted, RunningThere } from '../../domain/plan/what-runs.ts';
import { quote } from '../../domain/quote.ts';
import type { MemberService } from '../../store/facts.ts';
import { cut } from '../escape.ts';
import { type HomeReader, sayInstant, wantsToSee } from './reader.ts';

const minuteMs = 60_000;
const shownServers = 6;
const shownGroups = 4;
const shownOfEach = 3;

/** What runs in each environment that the reader wants to see, in words: those with trouble first. */
export function environmentTexts(facts: HomeFacts, reader: HomeReader): string[] {
  return facts.environments
    .filter(({ environment }) => wantsToSee(reader, environment))
    .toSorted((one, other) => Number(hasTrouble(other)) - Number(hasTrouble(one)))
    .map((one) => sayEnvironment(one, facts, reader));
}

function hasTrouble({ lock, held, drifted }: HomeEnvironment): boolean {
  return lock !== null || held.length > 0 || drifted.length > 0;
}

function sayEnvironment(one: HomeEnvironment, facts: HomeFacts, reader: HomeReader): string {
  const { environment, lock, held, drifted } = one;
  const lines = [
    `*${environment.name}* · ${sayDeployment(one, facts, reader)}`,
    ...(lock ? [sayLock(lock, sayInstant(reader, lock.since))] : []),
    ...few(held, 'held members', (member) => sayHeld(member, reader)),
    ...few(drifted, 'servers that drifted', (server) => sayDrift(server, reader)),
    ...sayRunning(one),
  ];
  return `${lines.join('\n')}${sayAge(one, reader)}`;
}

/** What is under way there, else what was last. */
function sayDeployment(
  { environment, latest }: HomeEnvironment,
  { unfinished, plans }: HomeFacts,
  reader: HomeReader,
): string {
  const now = unfinished.find(
    ({ summary }) => summary.environment === environment.name && plans.has(summary.number),
  );
  if (now) return `now #${now.summary.number} ${cut(now.summary.title, 60)}: ${sayState(now.summary.state)}`;
  if (latest === null) return 'nothing was deployed there yet';
  const { number, title, state, endedAt } = latest;
  const at = endedAt === null ? '' : `, ${sayInstant(reader, endedAt)}`;
  return `last #${number} ${cut(title, 60)}: ${sayState(state)}${at}`;
}

function few<T>(all: T[], what: string, say: (one: T) => string): string[] {
  const more = all.length - shownOfEach;
  return [...all.slice(0, shownOfEach).map(say), ...(more > 0 ? [`and ${more} more ${what}`] : [])];
}

function sayHeld({ member, since, reason, deployment }: MemberService, reader: HomeReader): string {
  return `*${member}* is held out of service since ${sayInstant(reader, since)} by #${deployment}: ${cut(reason, 200)}.`;
}

function sayDrift({ server, found, recorded, deployment, since }: Drifted, reader: HomeReader): string {
  return `*${server}* drifted: it says ${quote(found)} since ${sayInstant(reader, since)}, and #${deployment} left ${quote(recorded)}.`;
}

function sayRunning({ groups, known }: HomeEnvironment): string[] {
  const count = groups.reduce((total, { servers }) => total + servers.length, 0);
  if (count === 0) return ['It has no server to deploy to.'];
  if (known === null) return [`Nobody has looked yet at what runs on its ${plural(count)}.`];
  const [only] = groups;
  if (groups.length === 1 && only) return [`${sayRuns(only)} on all of its ${plural(count)}`];
  const rest = groups.slice(shownGroups).reduce((total, { servers }) => total + servers.length, 0);
  return [
    ...groups.slice(0, shownGroups).map((group) => `${sayRuns(group)} on ${sayServers(group)}`),
    ...(rest > 0 ? [`something else on ${plural(rest)} more`] : []),
  ];
}

function sayRuns({ runs }: RunningThere): string {
  return runs === null ? 'nobody can say what runs' : quote(runs);
}

function sayServers({ servers }: RunningThere): string {
  const more = servers.length - shownServers;
  const names = servers.slice(0, shownServers).join(', ');
  return more > 0 ? `${plural(servers.length)}: ${names} and ${more} more` : names;
}

function plural(count: number): string {
  return count === 1 ? 'one server' : `${count} servers`;
}

/** How old all this is: nobody asks a server because somebody looks at their Home. */
function sayAge({ known }: HomeEnvironment, reader: HomeReader): string {
  if (known === null) return '';
  const minuteOf = (instant: number): number => Math.floor(instant / minuteMs) * minuteMs;
  const [oldest, newest] = [minuteOf(known.oldest), minuteOf(known.newest)];
  const from = oldest === newest ? '' : `${sayInstant(reader, oldest)} to `;
  return ` · as of ${from}${sayInstant(reader, newest)}`;
}
