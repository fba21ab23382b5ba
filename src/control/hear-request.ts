import type { Socket } from 'node:net';

import { type ControlAnswer, type ControlRequest, maxRequestBytes, readRequest } from './protocol.ts';

/** A whole request comes within this time; the answer may take as long as Slack does. */
const hearingMs = 10_000;

/** One connection: one line in, one line out. Whoever says too much, too slowly or nothing is told so and let go. */
export function hearRequest(
  socket: Socket,
  answerRequest: (request: ControlRequest) => Promise<ControlAnswer>,
): void {
  const heard: Buffer[] = [];
  const say = (answer: ControlAnswer): void => {
    socket.removeAllListeners('data');
    socket.setTimeout(0);
    socket.end(`${JSON.stringify(answer)}\n`);
  };
  socket.on('error', () => socket.destroy());
  socket.setTimeout(hearingMs, () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    heard.push(chunk);
    const bytes = Buffer.concat(heard);
    const end = bytes.indexOf(0x0a);
    if (end < 0 && bytes.length <= maxRequestBytes) return;
    socket.removeAllListeners('data');
    socket.setTimeout(0);
    if (end < 0 || end > maxRequestBytes)
      return say(refused(`A request has at most ${maxRequestBytes} bytes.`));
    const request = readRequest(bytes.toString('utf8', 0, end));
    if (typeof request === 'string') return say(refused(request));
    void answerRequest(request).then(say);
  });
}

function refused(text: string): ControlAnswer {
  return { code: 1, text, value: null };
}
