import type { KnownBlock } from '@slack/types';

import type { HomeDeployment, HomeFacts } from '../../app/read-home.ts';
import {
  dayOf,
  freezesIn,
  type Named,
  openingsIn,
  sayDay,
  sayMoment,
  type Stretch,
} from '../../domain/calendar/ahead.ts';
import { localTime } from '../../domain/calendar/calendar.ts';
import { firstInstant } from '../../domain/calendar/windows.ts';
import type { Environment } from '../../domain/configured/environment.ts';
import { approvalRuleFor, approvalStanding } from '../../domain/deployment/approval.ts';
import { harmless } from '../../domain/quote.ts';
import { sayApprovals } from '../../wording/approvals.ts';
import { context, header, section } from '../blocks.ts';
import { type HomeReader, titleOf, wantsToSee } from './reader.ts';

const dayMs = 86_400_000;
const daysAhead = 14;
const shownComing = 40;

/** What is planned for the next 14 days, by day of the reader's zone, with the windows and freezes around it. */
export function comingBlocks(facts: HomeFacts, reader: HomeReader): KnownBlock[] {
  const planned = facts.unfinished.filter(
    ({ summary, environment }) => !facts.plans.has(summary.number) && wantsToSee(reader, environment),
  );
  const horizon = facts.now + daysAhead * dayMs;
  const near = planned.filter(({ deployment: { startsAt } }) => (startsAt ?? 0) < horizon);
  const later = planned.length - Math.min(near.length, shownComing) + facts.notRead;
  // Of what was not read, nobody counted more than the first.
  const least = facts.notRead > 0 ? 'at least ' : '';
  const shown = near.slice(0, shownComing);
  const more = later === 0 ? [] : [context(`And ${least}${later} more, or later: \`/deploy list\``)];
  if (shown.length === 0)
    return [header('Coming up'), section(`Nothing is planned for the next ${daysAhead} days.`), ...more];
  const atOnce = shown.filter(({ deployment }) => deployment.startsAt === null);
  const stretch = { from: facts.now, to: horizon };
  return [
    header(`Coming up (${planned.length}${facts.notRead > 0 ? ' or more' : ''})`),
    ...(atOnce.length === 0 ? [] : [section(['*When approved*', ...atOnce.map(sayPlanned)].join('\n'))]),
    ...calendar(shown, stretch, reader).map((lines) => section(lines.join('\n'))),
    ...more,
  ];
}

interface Dated {
  one: HomeDeployment;
  startsAt: number;
  day: string;
}

interface Day {
  day: string;
  zone: string;
}

/** The lines of each day on which something starts, or a freeze begins where something is planned. */
function calendar(planned: HomeDeployment[], stretch: Stretch, { person }: HomeReader): string[][] {
  const zone = person.timezone;
  const dated = planned.flatMap((one): Dated[] => {
    const { startsAt } = one.deployment;
    return startsAt === null ? [] : [{ one, startsAt, day: dayOf(startsAt, zone) }];
  });
  const frozen = environmentsOf(planned).flatMap((environment) =>
    freezesIn(environment, stretch).map((freeze) => ({
      day: dayOf(Math.max(freeze.from, stretch.from), zone),
      words: sayFreeze(environment, freeze, stretch.from, zone),
    })),
  );
  const days = new Set([...dated, ...frozen].map(({ day }) => day));
  return [...days].toSorted().map((day) => {
    const ofDay = dated.filter((entry) => entry.day === day);
    return [
      `*${sayDay(day, { now: stretch.from, zone })}*`,
      ...ofDay.map(({ one, startsAt }) => `${clock(startsAt, zone)}  ${sayPlanned(one)}`),
      ...environmentsOf(ofDay.map(({ one }) => one)).flatMap((environment) =>
        sayOpenings(ofDay, environment, { day, zone }),
      ),
      ...frozen.filter((entry) => entry.day === day).map(({ words }) => words),
    ];
  });
}

function environmentsOf(planned: HomeDeployment[]): Environment[] {
  return [...new Map(planned.map(({ environment }) => [environment.name, environment])).values()];
}

function sayPlanned(one: HomeDeployment): string {
  const standing = sayStanding(one);
  return `*${titleOf(one)}*${standing === '' ? '' : ` · ${standing}`}`;
}

/** Nothing where no approval is needed. */
function sayStanding({ deployment, environment, summary }: HomeDeployment): string {
  const { given, required } = approvalStanding(approvalRuleFor(environment, deployment), deployment.votes);
  if (summary.state === 'awaiting_approval') return `waits for approval, ${given} of ${required}`;
  if (required === 0) return '';
  const approvals = sayApprovals(environment, deployment);
  return approvals.charAt(0).toLowerCase() + approvals.slice(1);
}

/** What of an environment's windows is open on a day, from the first start on. */
function sayOpenings(ofDay: Dated[], environment: Environment, { day, zone }: Day): string[] {
  const from = firstInstant(`${day}T00:00`, zone);
  const starts = ofDay.filter(({ one }) => one.environment.name === environment.name);
  const first = Math.min(...starts.map(({ startsAt }) => startsAt));
  const openings = openingsIn(environment, { from, to: from + dayMs }).filter(({ to }) => to > first);
  if (openings.length === 0) return [];
  return [`_${environment.name} is open ${openings.map((span) => sayOpening(span, from, zone)).join(', ')}_`];
}

/** `21:00–02:00 (nightly)`; an end that is further off with its day. */
function sayOpening({ from, to, words }: Named, begin: number, zone: string): string {
  const ends = to < begin + 2 * dayMs ? clock(to, zone) : sayMoment(to, zone);
  const span = from < begin ? `until ${ends}` : `${clock(from, zone)}–${ends}`;
  return `${span}${words === '' ? '' : ` (${harmless(words, 60)})`}`;
}

function sayFreeze({ name }: Environment, { from, to, words }: Named, now: number, zone: string): string {
  const begins = from <= now ? '' : `${clock(from, zone)}  `;
  return `${begins}_${name} is frozen until ${sayMoment(to, zone)}: ${harmless(words, 100)}_`;
}

function clock(instant: number, zone: string): string {
  return localTime(instant, zone).slice(11);
}
