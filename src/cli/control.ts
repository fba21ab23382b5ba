import { randomUUID } from 'node:crypto';

import { processVariables, readEnvironment } from '../config/env.ts';
import { type ControlCommand, protocolVersion } from '../control/protocol.ts';
import { socketFileOf } from '../control/socket-file.ts';
import { askBot } from './ask-bot.ts';
import type { CommonOptions } from './common-options.ts';

/** Asks the running bot for one command and prints its answer: words or one JSON object; a refusal goes to stderr. */
export async function runControl(options: CommonOptions, command: ControlCommand): Promise<number> {
  const environment = readEnvironment(processVariables(), { needs: 'nothing' });
  if (!environment.ok) {
    process.stderr.write(`${environment.message}\n`);
    return 2;
  }
  const socketFile = socketFileOf(environment.value.databaseFile);
  const answer = await askBot(socketFile, { v: protocolVersion, key: randomUUID(), command });
  if (answer.code !== 0) process.stderr.write(`${answer.text}\n`);
  else process.stdout.write(`${options.format === 'json' ? JSON.stringify(answer.value) : answer.text}\n`);
  return answer.code;
}
