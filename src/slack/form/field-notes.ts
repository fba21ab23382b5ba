import type { ContextBlock } from '@slack/types';

import type { PreparedForm } from '../../app/prepare-form.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import type { Environment } from '../../domain/configured/environment.ts';
import { plannedServers, planTitle } from '../../domain/plan/plan.ts';
import { sayLeftOut } from '../../wording/choices.ts';
import { sayFreezesNear, sayInBothZones, sayWindowsAround } from '../../wording/start-hour.ts';
import { context } from '../blocks.ts';
import type { FormState } from './form-state.ts';

const mostOffered = 100;

/** Below *Revisions or package*: that all of it is there already. */
export function selectionNote({ planned, records }: PreparedForm): ContextBlock[] {
  if (!planned) return [];
  const title = planTitle(planned.plan);
  const servers = plannedServers(planned.plan);
  const said = new Map(planned.looks.map(({ server, known }) => [server, known?.answer.readBack]));
  const left = new Map(records.map(({ server, readBack }) => [server, readBack]));
  const isThere = (server: string): boolean => (said.get(server) ?? left.get(server)) === title;
  if (servers.length === 0 || !servers.every(isThere)) return [];
  const where = servers.length === 1 ? `${servers[0]} says` : `All ${servers.length} servers say`;
  return [context(`${where} \`${title}\` already: deploying it does the same once more.`)];
}

/** Below *Environment*: which others there are, why they are not offered, and who can help. */
export function environmentNote(
  { environment: chosen }: FormState,
  { choices }: PreparedForm,
): ContextBlock[] {
  const more = choices.offered.length - mostOffered;
  // What is chosen stays in the list, and right above stands what is wrong with it.
  const isLeftOut = ({ environment }: { environment: Environment }): boolean => environment.name !== chosen;
  const lines = [
    ...sayLeftOut({
      ...choices,
      notTheirs: choices.notTheirs.filter(isLeftOut),
      unfit: choices.unfit.filter(isLeftOut),
    }),
    ...(more > 0 ? [`${more} more are not in the list: name one as in \`/deploy shop@2 to NAME\`.`] : []),
  ];
  return lines.length === 0 ? [] : [context(lines.join('\n'))];
}

/** Below the time: the start in both zones, the windows around it, and freezes near it. */
export function timeNote(state: FormState, { environment, now }: PreparedForm, zone: string): ContextBlock[] {
  const startsAt = state.when === 'now' ? now : state.dateTime;
  if (startsAt === null) return [];
  if (environment === null) return state.when === 'now' ? [] : [context(`${sayTime(startsAt, zone)}.`)];
  const lines = [
    state.when === 'now' ? '' : `${sayInBothZones(startsAt, zone, environment)}.`,
    sayWindowsAround(environment, startsAt, zone),
    sayFreezesNear(environment, startsAt),
  ].filter((line) => line !== '');
  return lines.length === 0 ? [] : [context(lines.join('\n'))];
}
