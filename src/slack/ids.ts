import type { Choice } from '../domain/events.ts';

/** Every name that Slack sends back to us, once. */
export const ids = {
  command: '/deploy',
  approve: 'approve_deployment',
  reject: 'reject_deployment',
  rejectForm: 'reject_form',
  lockForm: 'lock_form',
  cancel: 'cancel_deployment',
  stop: 'stop_after_this_server',
  stopNow: 'stop_now',
  stopNowForm: 'stop_now_form',
  pause: 'pause_deployment',
  resume: 'resume_deployment',
  haltForm: 'halt_form',
  retry: 'deploy_remaining',
  choose: 'choose_remaining',
  chooseForm: 'choose_form',
  chosenPart: 'chosen_part',
  chosenServers: 'chosen_servers',
  /** A field of its own for each state: a server that is done meanwhile never stays chosen. */
  chosenServersOf: (version: number | ''): string => `chosen_servers:${version}`,
  rollBack: 'roll_back_deployment',
  keep: 'keep_as_it_is',
  snooze: 'snooze_rollback',
  putBack: 'put_back_in_service',
  keepOut: 'keep_out',
  details: 'show_details',
  answer: (choice: Choice): string => `answer_${choice}`,
  form: 'deploy_form',
  selection: 'selection',
  environment: 'environment',
  servers: 'servers',
  /** A field of its own for each environment: servers of another one never stay chosen. */
  serversOf: (environment: string | null): string => `servers:${environment ?? ''}`,
  when: 'when',
  dateTime: 'date_time',
  which: 'which_time',
  /** A field of its own for each pair of times: a choice between others never stays. */
  whichOf: (both: number[]): string => `which_time:${both.join(':')}`,
  reason: 'reason',
  accept: 'accept_warnings',
  askToLift: 'ask_to_lift',
  deployThis: 'deploy_this',
  historyPage: 'history_page',
  revisionsPage: 'revisions_page',
  revisionsPageBack: 'revisions_page_back',
  deployShortcut: 'deploy_shortcut',
  messageShortcut: 'deployment_of_message',
  fill: 'fill_in_properties',
  fillForm: 'fill_in_form',
  /** A field of its own for each missing property. */
  filled: 'filled_in',
} as const;

/** What a button decides about: the deployment, and the state of it that was on the screen. */
export interface ButtonValue {
  number: number;
  version: number;
  planHash: string;
  question: string | null;
  /** The held member it is about; absent where it is about none. */
  member?: string;
}

/** A button's value as it travels. */
export function encodeButton(value: ButtonValue): string {
  return JSON.stringify(value);
}

/** A button's value as it came back; null where it is not one of ours. */
export function decodeButton(text: string | undefined): ButtonValue | null {
  try {
    const value: unknown = JSON.parse(text ?? '');
    if (typeof value !== 'object' || value === null) return null;
    const { number, version, planHash, question, member } = value as Record<string, unknown>;
    if (typeof number !== 'number' || typeof version !== 'number' || typeof planHash !== 'string')
      return null;
    return {
      number,
      version,
      planHash,
      question: typeof question === 'string' ? question : null,
      ...(typeof member === 'string' && { member }),
    };
  } catch {
    return null;
  }
}
