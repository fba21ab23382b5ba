import { createHash } from 'node:crypto';

import type { Choice } from '../domain/events/question.ts';

/** Every name that Slack sends back to us, once. */
export const ids = {
  command: '/deploy',
  approve: 'approve_deployment',
  reject: 'reject_deployment',
  rejectForm: 'reject_form',
  approveForm: 'approve_form',
  breakGlass: 'break_glass',
  breakGlassForm: 'break_glass_form',
  joinGlass: 'join_glass',
  seeGlass: 'see_glass',
  delegateForm: 'delegate_form',
  delegateTo: 'delegate_to',
  delegateWhere: 'delegate_where',
  delegateUntil: 'delegate_until',
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
  /** An id of its own for each row of a message: several stand in one block. */
  exclude: (row: number): string => `exclude_server_${row}`,
  include: 'include_server_again',
  rehearse: 'rehearse_again',
  fine: 'owner_says_fine',
  notTonight: 'owner_says_not_tonight',
  notTonightForm: 'not_tonight_form',
  allTheSame: (row: number): string => `deploy_all_the_same_${row}`,
  watch: 'take_watch',
  handOver: 'hand_over_watch',
  handOverForm: 'hand_over_form',
  nextWatcher: 'next_watcher',
  details: 'show_details',
  joinBatch: 'join_batch',
  joinList: 'join_list_form',
  joinWhich: 'join_which',
  orderBatch: 'order_batch',
  orderForm: 'order_form',
  moveUp: 'move_up',
  moveDown: 'move_down',
  onFailure: 'batch_on_failure',
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
  /** A field of its own for each list of warnings: a tick for others never stays. */
  acceptOf: (warnings: string[]): string => `accept_warnings:${warnings.length}:${digest(warnings)}`,
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
  /** Opens the settings of whoever presses it. */
  settings: 'open_settings',
  settingsForm: 'settings_form',
  directMessages: 'direct_messages',
  ownMessages: 'own_messages',
  muted: 'muted_environments',
  quietFrom: 'quiet_from',
  quietTo: 'quiet_to',
  quietDays: 'quiet_days',
  tellingForm: 'channel_telling_form',
  telling: 'channel_telling',
  homeOpened: 'app_home_opened',
  newDeployment: 'new_deployment',
  homeMine: 'home_only_mine',
  homeAll: 'home_all_environments',
  openCard: 'open_card',
} as const;

function digest(words: string[]): string {
  return createHash('sha256').update(words.join('\n')).digest('hex').slice(0, 16);
}

/** What a button decides about: the deployment, and the state of it that was on the screen. */
export interface ButtonValue {
  number: number;
  version: number;
  planHash: string;
  question: string | null;
  /** The held member, the server or the owner that it is about; absent where it is about none. */
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
