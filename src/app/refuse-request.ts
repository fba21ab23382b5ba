import { refusePast } from '../domain/calendar/past.ts';
import type { Refusal } from '../domain/verdict.ts';
import type { AppNeeds } from './needs.ts';
import type { PlannedDeployment } from './plan-deployment.ts';

/** What of a request can be wrong by itself. */
interface Asked {
  startsAt: number | null;
  zone: string;
  reason: string;
  acceptedWarnings: number | 'all';
  /** Hash of the plan that was on the screen; null where none was shown. */
  shownHash: string | null;
}

const maxReasonLength = 3_000;

/** Every reason that lies in the request itself: its hour, its reason, its warnings, and the plan that was looked at. */
export function refuseRequest(needs: AppNeeds, request: Asked, planned: PlannedDeployment): Refusal[] {
  const refusals = [
    refusePast(request.startsAt, request.zone, needs.now()),
    refuseReason(request.reason),
    refuseUnaccepted(request, planned),
    refuseOtherPlan(request, planned),
  ];
  return refusals.filter((refusal) => refusal !== null);
}

function refuseReason(reason: string): Refusal | null {
  const length = [...reason.trim()].length;
  if (length > 0 && length <= maxReasonLength) return null;
  return {
    rule: 'reason',
    message:
      length === 0 ? 'A reason is missing.' : `The reason has ${length} characters; ${maxReasonLength} fit.`,
    liftedBy: 'the requester',
    wayOut: 'Say in a sentence why this is deployed.',
  };
}

function refuseUnaccepted({ acceptedWarnings }: Asked, { warnings }: PlannedDeployment): Refusal | null {
  if (acceptedWarnings === 'all' || acceptedWarnings === warnings.length) return null;
  return {
    rule: 'warnings',
    message: `There are ${warnings.length} warnings and ${acceptedWarnings} were accepted: ${warnings.map((warning) => warning.message).join(' ')}`,
    liftedBy: 'the requester',
    wayOut: 'Read them and accept them.',
  };
}

function refuseOtherPlan({ shownHash }: Asked, { hash }: PlannedDeployment): Refusal | null {
  if (shownHash === null || shownHash === hash) return null;
  return {
    rule: 'plan-changed',
    message: 'The plan changed while you were looking at it; the new one is shown now.',
    liftedBy: 'the requester',
    wayOut: 'Look at it once more and send it again.',
  };
}

/** One person asks for too much. */
export function tooMany(needs: AppNeeds, count: number): Refusal {
  return {
    rule: 'limits.requestsPerHour',
    message: `You made ${count} requests within an hour, and ${needs.configuration().limits.requestsPerHour} are allowed.`,
    liftedBy: 'global_admin, by changing the configuration',
    wayOut: 'Wait a little, or put several revisions into one deployment.',
  };
}
