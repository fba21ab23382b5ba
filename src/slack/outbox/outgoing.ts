import { createHash } from 'node:crypto';

import type { OutgoingFile } from '../../store/files.ts';
import type { OutgoingMessage } from '../../store/messages.ts';
import type { MessageContent } from '../blocks.ts';

/** Where a message stands, and under which key. */
export type Address = Omit<OutgoingMessage, 'payload' | 'digest' | 'file'>;

/** A message of words, ready to be wanted. */
export function outgoingMessage(address: Address, content: MessageContent): OutgoingMessage {
  const payload = JSON.stringify(content);
  return { ...address, payload, digest: createHash('sha256').update(payload).digest('hex') };
}

/** A file that stands in a thread by itself. Its name is what follows `file:` in its key, and unique for ever. */
export function outgoingFile(
  { name, deployment, channel, threadOf }: Omit<Address, 'key' | 'broadcast'> & { name: string },
  file: OutgoingFile,
): OutgoingMessage {
  const address = { key: `file:${name}`, deployment, channel, threadOf, broadcast: false };
  const payload = JSON.stringify({ text: file.title });
  return { ...address, payload, digest: createHash('sha256').update(file.bytes).digest('hex'), file };
}
