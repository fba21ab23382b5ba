import { mention } from '../domain/actor.ts';
import type { Environment } from '../domain/configured/environment.ts';
import type { Freeze } from '../domain/configured/hours.ts';
import { type EnvironmentLock, sayLock } from '../domain/deployment/lock.ts';
import { harmless, quote } from '../domain/quote.ts';
import type { Busy } from '../domain/rules/rule.ts';
import { sayDuration } from './duration.ts';
import { type Listed, sayListed } from './listed.ts';
import type { SayInstant } from './say-instant.ts';
import { sayLocal } from './start-hour.ts';

/** What is said of an environment as it stands now. */
export interface StatusFacts {
  environment: Environment;
  servers: { server: string; running: string | null; at: number | null }[];
  held: { member: string; reason: string; since: number; deployment: number }[];
  running: Busy | null;
  waiting: Listed[];
  lock: EnvironmentLock | null;
  window: { open: true; until: number | null } | { open: false; opens: number | null } | null;
  freezes: { now: Freeze[]; ahead: Freeze[] };
}

const shownGroups = 12;
const shownNames = 8;
const shownHeld = 10;

/** An environment in lines: what runs where and how old that knowledge is, what is under way, whether it is open. */
export function sayStatus(facts: StatusFacts, now: number, sayInstant: SayInstant): string[] {
  const { environment, held, running, waiting, lock } = facts;
  return [
    ...sayServers(facts.servers),
    ...held
      .slice(0, shownHeld)
      .map(
        ({ member, reason, since, deployment }) =>
          `*${member}* is held out of service since ${sayInstant(since)}, by #${deployment}: ${reason}.`,
      ),
    ...(held.length > shownHeld ? [`… and ${held.length - shownHeld} more are held.`] : []),
    ...sayAge(facts.servers, now),
    ...(running ? [sayRunning(running, sayInstant)] : ['Nothing is running.']),
    ...waiting.map((each) => sayListed(each, sayInstant)),
    ...(lock ? [sayLock(lock, sayInstant(lock.since))] : []),
    ...(environment.deploymentsEnabled ? [] : ['Deployments are switched off in the configuration.']),
    ...sayWindow(facts.window, sayInstant),
    ...facts.freezes.now.map((freeze) => `*Frozen now*: ${sayFreeze(freeze)}`),
    ...facts.freezes.ahead.slice(0, 3).map((freeze) => `Freeze ahead: ${sayFreeze(freeze)}`),
  ];
}

/** The same in one line, for a list of all environments. */
export function sayStatusLine(facts: StatusFacts, sayInstant: SayInstant): string {
  const { environment, servers, held, running, waiting, lock, window, freezes } = facts;
  const [most, ...others] = groupsOf(servers);
  const rest = others.length === 0 ? '' : ` and ${others.length} other${others.length === 1 ? '' : 's'}`;
  const parts = [
    most?.running ? `${quote(most.running)}${rest}` : 'nothing known to run',
    ...(held.length > 0 ? [`${held.length} held`] : []),
    ...(running ? [`#${running.number} runs, ${running.done} of ${running.servers}`] : []),
    ...(waiting.length > 0 ? [`${waiting.length} waiting`] : []),
    ...(lock ? [`locked by ${mention(lock)}`] : []),
    ...(environment.deploymentsEnabled ? [] : ['switched off']),
    ...(freezes.now.length > 0 ? ['frozen'] : []),
    ...(window && !window.open && window.opens !== null ? [`opens ${sayInstant(window.opens)}`] : []),
  ];
  return `*${environment.name}* · ${parts.join(' · ')}`;
}

interface Group {
  running: string | null;
  servers: string[];
}

/** Servers on which the same runs, the most first; those of which nobody knows last. */
function groupsOf(servers: StatusFacts['servers']): Group[] {
  const groups = new Map<string | null, string[]>();
  for (const { server, running } of servers) groups.set(running, [...(groups.get(running) ?? []), server]);
  return [...groups]
    .map(([running, names]) => ({ running, servers: names }))
    .toSorted(
      (left, right) =>
        Number(left.running === null) - Number(right.running === null) ||
        right.servers.length - left.servers.length,
    );
}

/** `*5 × `shop@2`*: web-1, …`. */
function sayServers(servers: StatusFacts['servers']): string[] {
  const groups = groupsOf(servers);
  const lines = groups.slice(0, shownGroups).map(({ running, servers: names }) => {
    const listed = names.slice(0, shownNames).join(', ');
    const more = names.length > shownNames ? ` and ${names.length - shownNames} more` : '';
    const what = running === null ? 'nobody knows what runs' : quote(running);
    return `*${names.length} × ${what}*: ${listed}${more}`;
  });
  const left = groups.length - shownGroups;
  return left > 0 ? [...lines, `… and ${left} other things on other servers`] : lines;
}

/** How old the knowledge is, from the newest to the oldest of it. */
function sayAge(servers: StatusFacts['servers'], now: number): string[] {
  const ages = servers.flatMap(({ at }) => (at === null ? [] : [Math.max(0, now - at)]));
  if (ages.length === 0) return ['No server was asked or deployed to yet.'];
  const [least, most] = [Math.min(...ages), Math.max(...ages)].map(sayDuration);
  return [
    least === most ? `Known as of ${least} ago.` : `Known as of ${least} ago, the oldest of it ${most}.`,
  ];
}

function sayRunning({ number, requestedBy, since, done, servers }: Busy, sayInstant: SayInstant): string {
  return `*#${number}* of ${mention({ by: requestedBy })} runs since ${sayInstant(since)}: ${done} of ${servers} servers.`;
}

function sayWindow(window: StatusFacts['window'], sayInstant: SayInstant): string[] {
  if (window === null) return [];
  if (window.open) return [`A window is open until ${sayInstant(window.until ?? 0)}.`];
  return [
    window.opens === null
      ? 'No window opens any more.'
      : `The next window opens ${sayInstant(window.opens)}.`,
  ];
}

function sayFreeze({ reason, from, to }: Freeze): string {
  return `${harmless(reason)} (${sayLocal(from)} to ${sayLocal(to)}).`;
}
