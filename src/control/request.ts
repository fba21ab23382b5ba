import { findEnvironment } from '../app/find-environment.ts';
import type { AppNeeds } from '../app/needs.ts';
import { requestDeployment, type RequestedDeployment } from '../app/request-deployment.ts';
import { sayTime } from '../domain/calendar/calendar.ts';
import { parseTypedTime } from '../domain/calendar/typed-time.ts';
import type { Verdict } from '../domain/verdict.ts';
import { sayRequested } from '../wording/outcome.ts';
import { isoInstant } from './names.ts';
import type { ControlCommand } from './protocol.ts';

/** `request`: a time without an offset is meant in the zone of the environment. */
export async function requestByCommand(
  app: AppNeeds,
  key: string,
  command: Extract<ControlCommand, { do: 'request' }>,
): Promise<Verdict<RequestedDeployment>> {
  const { as: by, environment, selection, servers, at, reason } = command;
  const found = findEnvironment(app.configuration(), environment);
  if (!found.ok) return found;
  const zone = found.value.timezone;
  const time = parseTypedTime(at ?? 'now', app.now(), zone);
  if (!time.ok) return time;
  return await requestDeployment(app, {
    key: `control:${key}`,
    by,
    via: 'command line',
    environment,
    selection,
    servers,
    startsAt: time.value,
    typed: at,
    zone,
    reason,
    acceptedWarnings: command.acceptWarnings ? 'all' : 0,
    shownHash: null,
  });
}

/** What a request became, with its hour in the environment's zone. */
export function answerRequested(
  app: AppNeeds,
  requested: RequestedDeployment,
): { text: string; value: unknown } {
  const { startsAt } = requested;
  const found = findEnvironment(app.configuration(), requested.environment);
  const zone = found.ok ? found.value.timezone : 'UTC';
  return {
    text: sayRequested(requested, (instant) => sayTime(instant, zone)),
    value: { ...requested, startsAt: startsAt === null ? null : isoInstant(startsAt) },
  };
}
