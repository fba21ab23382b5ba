import { sayTime } from '../domain/calendar/calendar.ts';
import { closingAfter } from '../domain/calendar/windows.ts';
import type { Environment } from '../domain/configured/environment.ts';
import type { Forecast, OwnTimes } from '../domain/plan/forecast.ts';
import { sayDuration } from './duration.ts';

const minuteMs = 60_000;

/**
 * `about 12 min: 6 servers, 1 min 50 s each in the last 5 runs`, or that there was none. Where servers differ, what each of
 * them took: `about 14 min: 6 servers, each as it took itself (1 min to 4 min) in the last 5 runs`.
 */
export function sayForecast(forecast: Forecast | null): string {
  if (forecast === null) return '*Forecast*: no earlier run here to reckon from';
  const { totalMs, servers, eachMs, runs, own } = forecast;
  const counted = servers === 1 ? '1 server' : `${servers} servers`;
  const each = `${sayDuration(eachMs)}${servers === 1 ? '' : ' each'}`;
  const last = runs === 1 ? 'the last run' : `the last ${runs} runs`;
  const about = `*Forecast*: about ${sayAbout(totalMs)}: ${counted}`;
  if (!own) return `${about}, ${each} in ${last}`;
  const rest = servers - own.servers;
  if (rest === 0)
    return `${about}, ${servers === 1 ? '' : 'each '}as it took itself (${sayOwn(own)}) in ${last}`;
  const they = own.servers === 1 ? 'it took itself' : 'they took themselves';
  return `${about}: ${own.servers} as ${they} (${sayOwn(own)}), ${rest} as the middle one of all (${sayDuration(eachMs)}), in ${last}`;
}

function sayOwn({ shortestMs, longestMs }: OwnTimes): string {
  const [shortest, longest] = [sayDuration(shortestMs), sayDuration(longestMs)];
  return shortest === longest ? shortest : `${shortest} to ${longest}`;
}

/** Nobody reads seconds in a guess of minutes. */
function sayAbout(milliseconds: number): string {
  return sayDuration(milliseconds < minuteMs ? milliseconds : Math.ceil(milliseconds / minuteMs) * minuteMs);
}

/** When a deployment starts. */
export interface ExpectedStart {
  /** Epoch milliseconds. */
  startsAt: number;
  /** It begins later than that: it waits for an approval, or for its turn. */
  waits: boolean;
}

/** When a deployment that starts at an instant is likely to end, beside the end of its window. */
export interface ExpectedEnd {
  text: string;
  /** False where the window is likely to close before that. */
  fits: boolean;
}

/** The likely end in words, and whether it lies before the window closes; a closing without consequence is said all the same. */
export function sayExpectedEnd(
  { totalMs }: Forecast,
  environment: Environment,
  { startsAt, waits }: ExpectedStart,
): ExpectedEnd {
  const endsAt = startsAt + totalMs;
  const end = `${waits ? 'Begun now it would' : 'Likely to'} end about ${sayTime(endsAt, environment.timezone)}`;
  const closing = closingAfter(environment, startsAt);
  if (closing === null) return { text: `${end}.`, fits: true };
  const closes = sayTime(closing.at, environment.timezone);
  if (endsAt <= closing.at) return { text: `${end}; the window closes ${closes}.`, fits: true };
  const then = {
    stop: 'Then what runs on servers is ended',
    'no-new-server': 'Then no further server is begun',
    none: 'It runs on after that',
  }[closing.atEnd ?? 'none'];
  return { text: `${end}, and the window closes before that, ${closes}. ${then}.`, fits: false };
}
