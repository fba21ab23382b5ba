import { mrkdwn } from '../escape.ts';

/** What Slack brought, as far as it must be known to answer it whatever becomes of it. */
export interface Incoming {
  kind: 'command' | 'submission' | 'options' | 'event' | 'press';
  /** The same for each delivery of the same act; null where Slack gives nothing to know it by. */
  key: string | null;
  /** For the log: `command /deploy`, `block_actions approve_deployment`. */
  name: string;
  /** Where the person can be told something for half an hour; null where Slack gives no such address. */
  responseUrl: string | null;
  /** The last field of a form, under which a sentence can stand. */
  lastField: string | null;
}

/** Reads what came; never throws, whatever it is. */
export function readIncoming(body: Record<string, unknown>): Incoming {
  const view = objectOf(body['view']);
  const type = textOf(body['type']);
  const id = textOf(body['trigger_id']) || textOf(body['event_id']);
  const incoming = {
    key: id === '' ? null : `${type} ${id}`,
    responseUrl: textOf(body['response_url']) || null,
    lastField: type === 'view_submission' ? lastFieldOf(view['blocks']) : null,
  };
  if (body['event'] !== undefined) {
    const name = `event ${textOf(objectOf(body['event'])['type'])}`;
    return { ...incoming, kind: 'event', name };
  }
  const command = textOf(body['command']);
  if (command !== '') return { ...incoming, kind: 'command', name: `command ${command}` };
  const [action] = Array.isArray(body['actions']) ? body['actions'] : [];
  const ids = [objectOf(action)['action_id'], body['action_id'], view['callback_id'], body['callback_id']];
  const name = `${type || 'request'} ${ids.map(textOf).find((text) => text !== '') ?? ''}`.trim();
  return { ...incoming, kind: kinds[type] ?? 'press', name };
}

const kinds: Record<string, Incoming['kind']> = {
  view_submission: 'submission',
  block_suggestion: 'options',
};

/** An acknowledgement that shows this sentence to the person, or none where an acknowledgement can show nothing. */
export function sentenceInAnswer({ kind, lastField }: Incoming, sentence: string): object | undefined {
  if (kind === 'command') return { response_type: 'ephemeral', text: mrkdwn(sentence) };
  if (kind === 'submission' && lastField !== null)
    // What stands under a field is plain text: marks would be shown as they are.
    return { response_action: 'errors', errors: { [lastField]: sentence.replaceAll('`', '') } };
  return undefined;
}

/** An acknowledgement that shows nothing. */
export function silentAnswer({ kind }: Incoming): object | undefined {
  return kind === 'options' ? { options: [] } : undefined;
}

function lastFieldOf(blocks: unknown): string | null {
  const fields = (Array.isArray(blocks) ? blocks : [])
    .map(objectOf)
    .filter(({ type }) => type === 'input')
    .map((block) => textOf(block['block_id']));
  return fields.findLast((id) => id !== '') ?? null;
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
