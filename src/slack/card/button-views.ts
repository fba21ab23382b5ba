import type { ModalView } from '@slack/types';

import type { LoadedDeployment } from '../../app/load-deployment.ts';
import type { PlannedTask } from '../../domain/plan/plan.ts';
import { sayPlan } from '../../wording/plan.ts';
import { context, output, quotation, section } from '../blocks.ts';
import { cut } from '../escape.ts';
import { type ButtonValue, encodeButton, ids } from '../ids.ts';

/** Asks for the reason of a rejection. */
export function rejectView(value: ButtonValue): ModalView {
  return reasonView({
    callback_id: ids.rejectForm,
    private_metadata: encodeButton(value),
    title: { type: 'plain_text', text: `Reject #${value.number}` },
    submit: { type: 'plain_text', text: 'Reject' },
  });
}

/** Asks why everything is ended at once. */
export function stopNowView(value: ButtonValue): ModalView {
  return reasonView({
    callback_id: ids.stopNowForm,
    private_metadata: encodeButton(value),
    title: { type: 'plain_text', text: `Stop #${value.number} now` },
    submit: { type: 'plain_text', text: 'Stop now' },
  });
}

/** Asks why everything is to stand still. */
export function haltView(channel: string): ModalView {
  return reasonView({
    callback_id: ids.haltForm,
    private_metadata: channel,
    title: { type: 'plain_text', text: 'Halt everything' },
    submit: { type: 'plain_text', text: 'Halt' },
  });
}

/** Asks for the reason of a lock; where it was typed is carried along unread. */
export function lockView(environment: string, channel: string): ModalView {
  return reasonView({
    callback_id: ids.lockForm,
    private_metadata: `${channel} ${environment}`,
    title: { type: 'plain_text', text: cut(`Lock ${environment}`, 24) },
    submit: { type: 'plain_text', text: 'Lock' },
  });
}

/** A form that asks for a reason and nothing else. */
export function reasonView(
  view: Required<Pick<ModalView, 'callback_id' | 'private_metadata' | 'title' | 'submit'>>,
): ModalView {
  return {
    ...view,
    type: 'modal',
    close: { type: 'plain_text', text: 'Close' },
    blocks: [
      {
        type: 'input',
        block_id: ids.reason,
        label: { type: 'plain_text', text: 'Reason' },
        element: { type: 'plain_text_input', action_id: ids.reason, multiline: true, max_length: 3_000 },
      },
    ],
  };
}

const tasksPerBlock = 30;
const shownTasks = 600;

/** The frozen plan as it will run, task by task. */
export function detailsView({ deployment, plan }: LoadedDeployment): ModalView {
  const lines = plan.tasks.slice(0, shownTasks).map(taskLine);
  const chunks = Array.from({ length: Math.ceil(lines.length / tasksPerBlock) }, (_, index) =>
    output(lines.slice(index * tasksPerBlock, (index + 1) * tasksPerBlock)),
  );
  const rest = plan.tasks.length - lines.length;
  return {
    type: 'modal',
    title: { type: 'plain_text', text: `Plan of #${deployment.number}` },
    close: { type: 'plain_text', text: 'Close' },
    blocks: [
      section(sayPlan(plan)),
      quotation('Reason', deployment.reason),
      ...chunks,
      ...(rest > 0 ? [context(`… and ${rest} tasks more`)] : []),
      context(`plan ${deployment.planHash}`),
    ],
  };
}

function taskLine({ id, type, action, cluster, server, revision, step, group }: PlannedTask): string {
  const words = [type, action, server ?? cluster, revision, step].filter((word) => word !== null);
  return `${String(id).padStart(3)} ${words.join(' ')}${group === null ? ' (left out)' : ''}`;
}
