import type { KnownBlock } from '@slack/types';

import type { Refusal } from '../../domain/verdict.ts';
import { sayRefusal } from '../../wording/refusal.ts';
import { section } from '../blocks.ts';
import { ids } from '../ids.ts';
import type { FormState } from './form-state.ts';

const fields: Record<string, 'selection' | 'environment' | 'servers' | 'time' | 'reason'> = {
  selection: 'selection',
  'unknown-revision': 'selection',
  'unreadable-revision': 'selection',
  immutable: 'selection',
  parts: 'selection',
  'unknown-environment': 'environment',
  'D-01': 'environment',
  'D-19': 'environment',
  'D-20': 'environment',
  'D-21': 'environment',
  'D-22': 'environment',
  'D-27': 'environment',
  lock: 'environment',
  'not-executed': 'environment',
  servers: 'servers',
  'O-01': 'time',
  time: 'time',
  'law-9': 'time',
  windows: 'time',
  freezes: 'time',
  reason: 'reason',
  warnings: 'reason',
};

/** The block of the field that can mend it; null where no field can, and it stays with the plan. */
export function fieldOf({ rule, liftedBy }: Refusal, state: FormState): string | null {
  // D-19 is about the place, or about whose revisions these are: those an admin there may deploy.
  if (rule === 'D-19' && liftedBy === 'promotion_admin') return ids.selection;
  switch (Object.hasOwn(fields, rule) ? fields[rule] : undefined) {
    case 'selection':
      return ids.selection;
    case 'environment':
      return ids.environment;
    case 'servers':
      return ids.serversOf(state.environment);
    case 'time':
      return state.when === 'at' ? ids.dateTime : ids.when;
    case 'reason':
      return ids.reason;
    case undefined:
      return null;
  }
}

/** What is wrong with a field, to stand right below it. */
export function problemsUnder(field: string, refusals: Refusal[], state: FormState): KnownBlock[] {
  return refusals.filter((refusal) => fieldOf(refusal, state) === field).map(sayProblem);
}

/** What stands against a form and is about none of its fields. */
export function withThePlan(refusals: Refusal[], state: FormState): Refusal[] {
  return refusals.filter((refusal) => fieldOf(refusal, state) === null);
}

/** A refusal in the form. */
export function sayProblem(refusal: Refusal): KnownBlock {
  return section(`*Not possible*: ${sayRefusal(refusal)}`);
}
