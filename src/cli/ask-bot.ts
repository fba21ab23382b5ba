import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { type ControlAnswer, type ControlRequest, maxRequestBytes, readAnswer } from '../control/protocol.ts';
import { refuseLongPath } from '../control/socket-file.ts';

const tries = 3;
const pauseMs = 1_000;
const answerMs = 60_000;

/**
 * Asks the running bot. Where the connection breaks before the answer, it is asked again with the same key, which does
 * nothing twice. Never rejects: without a bot, or without an answer, the answer is a sentence with exit code 1.
 */
export async function askBot(socketFile: string, request: ControlRequest): Promise<ControlAnswer> {
  const problem = refuseLongPath(socketFile);
  if (problem !== null) return refused(`${problem}.`);
  const asking = `${JSON.stringify(request)}\n`;
  if (Buffer.byteLength(asking) > maxRequestBytes)
    return refused(`The request is too long: ${maxRequestBytes} bytes fit, with the reason.`);
  for (let asked = 0; asked < tries; asked += 1) {
    if (asked > 0) await delay(pauseMs);
    const line = await exchange(socketFile, asking);
    if ('answer' in line) return readAnswer(line.answer) ?? refused(notUnderstood);
    if (!line.sent && asked === 0) return refused(sayUnheard(socketFile, line.why));
    if (line.why === 'timeout') break;
  }
  return refused(
    'Lamplighter did not answer, so nobody can say here whether it was done: see lamplighter list, once it runs.',
  );
}

const notUnderstood =
  'What answered on the socket is no Lamplighter of this version: use the build that runs.';

type Exchange = { answer: string } | { sent: boolean; why: string };

/** One connection: the line goes out, a line comes back, or it says how far it came. */
async function exchange(socketFile: string, line: string): Promise<Exchange> {
  return await new Promise((resolve) => {
    const state = { sent: false, heard: '' };
    const socket = connect(socketFile, () => {
      state.sent = true;
      socket.write(line);
    });
    const end = (outcome: Exchange): void => {
      socket.destroy();
      resolve(outcome);
    };
    socket.setEncoding('utf8');
    socket.setTimeout(answerMs, () => end({ sent: state.sent, why: 'timeout' }));
    socket.on('data', (chunk: string) => {
      state.heard += chunk;
      if (chunk.includes('\n')) end({ answer: state.heard });
    });
    socket.on('error', (error) => end({ sent: state.sent, why: 'code' in error ? String(error.code) : '' }));
    socket.on('close', () => end({ sent: state.sent, why: 'closed' }));
  });
}

function sayUnheard(socketFile: string, why: string): string {
  if (why === 'EACCES' || why === 'EPERM')
    return `${socketFile} belongs to another user: run this command as the user that runs Lamplighter.`;
  const database = socketFile.replace(/\.sock$/, '');
  return `No Lamplighter runs on ${database} (${why}): start it, or name its database in DATABASE_URL.`;
}

function refused(text: string): ControlAnswer {
  return { code: 1, text, value: null };
}
