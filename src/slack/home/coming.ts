import type { KnownBlock } from '@slack/types';

import type { HomeDeployment, HomeFacts } from '../../app/read-home.ts';
import {
  dayOf,
  freezesIn,
  type Named,
  openingsIn,
  sayDay,
  type Stretch,
} from '../../domain/calendar/ahead.ts';
import { localTime, sayTime } from '../../domain/calendar/calendar.ts';
import { firstInstant } from '../../domain/calendar/windows.ts';
import type { Environment } from '../../domain/environment.ts';
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
  const later = planned.length - Math.min(near.length, shownComing);
  const shown = near.slice(0, shownComing);
  const more = later === 0 ? [] : [context(`And ${later} more, or later: \`/deploy list\``)];
  if (shown.length === 0)
    return [header('Coming up'), section(`Nothing is planned for the next ${daysAhead} days.`), ...more];
  const atOnce = shown.filter(({ deployment }) => deployment.startsAt === null);
  const stretch = { from: facts.now, to: horizon };
  return [
    header(`Coming up (${planned.length})`),
    ...(atOnce.length === 0 ? [] : [section(['*When approved*', ...atOnce.map(sayPlanned)].join('\n'))]),
    ...calendar(shown, stretch, reader).map((lines) => section(lines.join('\n'))),
    ...more,
  ];
}

/** The lines of each day on which something starts, or a freeze begins where something is planned. */
function calendar(planned: HomeDeployment[], stretch: Stretch, { person }: HomeReader): string[][] {
  const zone = person.timezone;
  const dated = planned.flatMap((one) => {
    const { startsAt } = one.deployment;
    return startsAt === null ? [] : [{ one, startsAt, day: dayOf(startsAt, zone) }];
  });
  const frozen = environmentsOf(planned).flatMap((environment) =>
    freezesIn(environment, stretch).map((freeze) => ({
      day: dayOf(Math.max(freeze.from, stretch.from), zone),
      words: sayFreeze(environment, freeze, zone),
    })),
  );
  const days = new Set([...dated, ...frozen].map(({ day }) => day));
  return [...days].toSorted().map((day) => {
    const ofDay = dated.filter((entry) => entry.day === day);
    return [
      `*${sayDay(day, { now: stretch.from, zone })}*`,
      ...ofDay.map(({ one, startsAt }) => `${localTime(startsAt, zone).slice(11)}  ${sayPlanned(one)}`),
      ...environmentsOf(ofDay.map(({ one }) => one)).flatMap((environment) =>
        sayOpenings(environment, day, zone),
      ),
      ...frozen.filter((entry) => entry.day === day).map(({ words }) => words),
    ];
  });
}

function environmentsOf(planned: HomeDeployment[]): Environment[] {
  return [...new Map(planned.map(({ environment }) => [environment.name, environment])).values()];
}

function sayPlanned(one: HomeDeployment): string {
  const { deployment, environment, summary } = one;
  const approvals = sayApprovals(environment, deployment);
  const standing = approvals.charAt(0).toLowerCase() + approvals.slice(1);
  const waits = summary.state === 'awaiting_approval' ? 'waits for approval · ' : '';
  return `*${titleOf(one)}* · ${waits}${standing}`;
}

function sayOpenings(environment: Environment, day: string, zone: string): string[] {
  const from = firstInstant(`${day}T00:00`, zone);
  const openings = openingsIn(environment, { from, to: from + dayMs });
  if (openings.length === 0) return [];
  const spans = openings.map((span) => sayOpening(span, { from, zone }));
  return [`_${environment.name} is open ${spans.join(', ')}_`];
}

/** `21:00–02:00 (nightly)`; an end that is further off with its day. */
function sayOpening({ from, to, words }: Named, day: { from: number; zone: string }): string {
  const clock = (at: number): string => localTime(at, day.zone).slice(11);
  const begins = from < day.from ? `since ${sayTime(from, day.zone)}` : clock(from);
  const ends = to < day.from + 2 * dayMs ? clock(to) : sayTime(to, day.zone);
  return `${begins}–${ends}${words === '' ? '' : ` (${harmless(words, 60)})`}`;
}

function sayFreeze({ name }: Environment, { from, to, words }: Named, zone: string): string {
  return `_${name} is frozen from ${sayTime(from, zone)} to ${sayTime(to, zone)}: ${harmless(words, 100)}_`;
}
