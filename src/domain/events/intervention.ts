import type { Actor } from '../actor.ts';

/** What people do to a deployment that was approved. */
export type Intervention =
  | ({
      type: 'cancelled';
      /** An attempt has run, and what it left waited to be deployed; absent: nothing was begun. */
      rest?: true;
    } & Actor)
  /** The server at hand is finished, and nothing further begins. */
  | ({ type: 'stop_requested' } & Actor)
  /** What runs on servers is ended, and nothing further begins. */
  | ({ type: 'stop_now_requested'; reason: string } & Actor)
  /** The server at hand is finished, and nothing further begins until somebody resumes it. */
  | ({ type: 'paused' } & Actor)
  | ({ type: 'resumed' } & Actor)
  | ({
      type: 'retry_requested';
      servers: string[];
      /** How many remained, where only these of them were chosen; absent: all of them. */
      of?: number;
      /** Its hour, where it waits for the next window; absent: at once. */
      startsAt?: number;
    } & Actor)
  /** After the end: a held member goes back into service, by this task of the plan. */
  | ({ type: 'put_back_requested'; member: string; task: number } & Actor)
  /** After the end: a held member stays out, and that is how somebody wants it. */
  | ({ type: 'kept_out'; member: string } & Actor)
  | ({ type: 'rollback_snoozed'; at: number } & Actor)
  | ({ type: 'rollback_kept' } & Actor)
  /** What this deployment changed is undone by another one. */
  | ({ type: 'rollback_requested'; deployment: number } & Actor);

const interventions: Record<Intervention['type'], true> = {
  cancelled: true,
  stop_requested: true,
  stop_now_requested: true,
  paused: true,
  resumed: true,
  retry_requested: true,
  put_back_requested: true,
  kept_out: true,
  rollback_snoozed: true,
  rollback_kept: true,
  rollback_requested: true,
};

/** Whether it is something that a person does to an approved deployment. */
export function isIntervention(event: { type: string }): event is Intervention {
  return Object.hasOwn(interventions, event.type);
}
