import type { InputBlock, KnownBlock } from '@slack/types';

import type { PlannedDeployment } from '../../app/plan-deployment.ts';
import type { PreparedForm } from '../../app/prepare-form.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import { overridesAt } from '../../domain/calendar/windows.ts';
import { approvalRuleFor } from '../../domain/deployment/approval.ts';
import { ownersOf } from '../../domain/deployment/consent.ts';
import { fillable } from '../../domain/plan/filled-properties.ts';
import { forecast } from '../../domain/plan/forecast.ts';
import { plannedServers } from '../../domain/plan/plan.ts';
import { missingProperties } from '../../domain/rules/properties.ts';
import type { Refusal } from '../../domain/verdict.ts';
import { sayWhoApproves } from '../../wording/approvals.ts';
import { sayBeside, sayQueuePlace } from '../../wording/beside.ts';
import { sayScripts, sayWorstMoment } from '../../wording/capacity.ts';
import { sayExpectedEnd, sayForecast } from '../../wording/forecast.ts';
import { sayPlan } from '../../wording/plan.ts';
import { sayServers } from '../../wording/server-looks.ts';
import { button, context, section } from '../blocks.ts';
import { slackInstant } from '../escape.ts';
import { ids } from '../ids.ts';
import { sayProblem } from './field-problems.ts';
import type { FormState } from './form-state.ts';
import { sections } from './long-text.ts';

const mostSections = 8;
const mostProblems = 20;

/** The whole plan with what stands against it, or what is still missing for one. */
export function planBlocks(prepared: PreparedForm, state: FormState, refusals: Refusal[]): KnownBlock[] {
  const problems = refusals.map(sayProblem).slice(0, mostProblems);
  const { planned } = prepared;
  if (!planned) {
    const isChosen = state.selection.length > 0 && state.environment !== null;
    const missing = isChosen
      ? 'The plan appears here once what stands in the way, below its field, is put right.'
      : 'Choose revisions and an environment, and the whole plan stands here.';
    return [...problems, context(missing), ...besideBlocks(prepared, state)];
  }
  const { plan, hash, looks, plannedAt } = planned;
  return [
    ...sections([...sayPlan(plan).split('\n'), ...withCapacity(planned)], mostSections),
    ...(looks.length > 0
      ? sections(['*Servers*:', ...sayServers(plan, looks, plannedAt).split('\n')], mostSections)
      : []),
    ...forecastBlocks(prepared, planned, state),
    ...approvalBlocks(prepared, planned, state),
    ...besideBlocks(prepared, state),
    context(`plan \`${hash.slice(0, 12)}\``),
    ...newsBlocks(planned),
    ...problems,
    ...fillButton(planned),
    ...warningBlocks(planned),
  ];
}

function withCapacity({ plan }: PlannedDeployment): string[] {
  return [sayWorstMoment(plan), sayScripts(plan)].filter((line) => line !== null);
}

/** How long it takes, and whether that fits its window; an hour that is not chosen has no end. */
function forecastBlocks(
  { earlier, now, beside }: PreparedForm,
  { plan }: PlannedDeployment,
  { when, dateTime }: FormState,
): KnownBlock[] {
  const reckoned = forecast(plan, earlier);
  const words = sayForecast(reckoned);
  const startsAt = when === 'now' ? now : dateTime;
  if (!reckoned || startsAt === null) return [section(words)];
  const waits = when === 'now' && (plan.environment.approval !== null || sayQueuePlace(beside) !== '');
  const { text, fits } = sayExpectedEnd(reckoned, plan.environment, { startsAt, waits });
  return [section(`${words}\n${fits ? '' : '*Does not fit the window*: '}${text}`)];
}

/** Who will have to approve it, seat by seat; nothing where nobody has to. */
function approvalBlocks(
  { now, requestedBy }: PreparedForm,
  { plan }: PlannedDeployment,
  { when, dateTime }: FormState,
): KnownBlock[] {
  const overrides = plan.undoes
    ? []
    : overridesAt(plan.environment, (when === 'now' ? null : dateTime) ?? now);
  const owners = ownersOf(plan, plannedServers(plan));
  const rule = approvalRuleFor(plan.environment, { requestedBy, overrides, owners, planChanges: [] });
  return rule ? [section(`*Approvals*: ${sayWhoApproves(rule)}`)] : [];
}

/** What else is to be done there, and where in the queue this one would stand. */
function besideBlocks({ beside, environment }: PreparedForm, { when }: FormState): KnownBlock[] {
  if (!environment || beside.length === 0) return [];
  const place = when === 'now' ? sayQueuePlace(beside) : '';
  const lines = sayBeside(beside, (at) => slackInstant(at, sayTime(at, environment.timezone)));
  return [
    section([`*Also in \`${environment.name}\`*:`, ...lines, ...(place === '' ? [] : [place])].join('\n')),
  ];
}

function newsBlocks({ preconditions }: PlannedDeployment): KnownBlock[] {
  return preconditions
    .filter(({ isNews }) => isNews)
    .map(({ rule, message }) =>
      section(`*${rule === 'freezes' ? 'Inside a freeze' : 'Good to know'}*: ${message} (${rule})`),
    );
}

function warningBlocks({ warnings }: PlannedDeployment): KnownBlock[] {
  return warnings
    .slice(0, mostProblems)
    .map(({ rule, message }) => section(`*Warning*: ${message} (${rule})`));
}

/** What is missing can be filled in on the spot, secrets excepted. */
function fillButton({ plan }: PlannedDeployment): KnownBlock[] {
  const count = fillable(missingProperties(plan)).length;
  if (count === 0) return [];
  const label = count === 1 ? 'Fill in the missing value' : `Fill in the ${count} missing values`;
  return [{ type: 'actions', elements: [button(ids.fill, label, plan.environment.name)] }];
}

/** The required checkbox, where there is anything to accept; a tick never stays for other warnings than it was set for. */
export function acceptField(planned: PlannedDeployment | null): InputBlock[] {
  const warnings = planned?.warnings ?? [];
  const count = warnings.length;
  if (count === 0) return [];
  const label = `I accept ${count} ${count === 1 ? 'warning' : 'warnings'}`;
  return [
    {
      type: 'input',
      block_id: ids.acceptOf(warnings.map(({ rule, message }) => `${rule} ${message}`)),
      label: plain('Warnings'),
      element: {
        type: 'checkboxes',
        action_id: ids.accept,
        options: [{ text: plain(label), value: 'accepted' }],
      },
    },
  ];
}

function plain(text: string) {
  return { type: 'plain_text' as const, text };
}
