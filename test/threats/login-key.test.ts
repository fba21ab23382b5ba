import { readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import type { Connection } from '../../src/domain/configured/connection.ts';
import { createSshDriver } from '../../src/drivers/ssh/ssh-driver.ts';
import { hasSshd, startSshd } from '../helpers/sshd.ts';

const never = new AbortController().signal;

describe.skipIf(!hasSshd())('threat 12: the login key (needs openssh-server)', () => {
  test('may be held to one address and to programs without terminal or forwarding: that is all a deployment needs', async () => {
    const sshd = await startSshd();
    try {
      const file = join(sshd.directory, 'authorized_keys');
      const key = readFileSync(file, 'utf8');
      const connection: Connection = {
        driver: 'ssh',
        host: sshd.host,
        port: sshd.port,
        user: userInfo().username,
        privateKey: { file: sshd.privateKeyFile },
        pin: { hostKey: sshd.hostKey },
        shell: 'sh',
        workDirectory: join(sshd.directory, 'work'),
        keepRevisions: 1,
      };
      const driver = createSshDriver({ readSecret: () => readFileSync(sshd.privateKeyFile, 'utf8') });
      writeFileSync(file, `restrict,from="127.0.0.1" ${key}`);
      const session = await driver.connect('web-1', connection, never);
      const said: string[] = [];
      const marker = { installation: 'i', deployment: 1, attempt: 1, task: 't', run: 1 };
      const fence = { installation: 'i', environment: 'shop', token: 1 };
      const work = { kind: 'line' as const, line: 'echo done', variables: {}, directory: null };
      const ended = await session.start(
        marker,
        fence,
        work,
        (chunk) => void said.push(chunk.toString()),
        never,
      );
      expect([ended.state, said.join('')]).toEqual(['ended', 'done\n']);
      await session.close();
      writeFileSync(file, `restrict,from="192.0.2.1" ${key}`);
      await expect(driver.connect('web-1', connection, never)).rejects.toThrow(
        /authentication methods failed/,
      );
    } finally {
      await sshd.stop();
    }
  });
});
