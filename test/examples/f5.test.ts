import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { runDocsConsole } from '../helpers/docs-console.ts';

const run = promisify(execFile);
const hasOpenssl = existsSync('/usr/bin/openssl');
if (!hasOpenssl && process.env['CI'] === 'true')
  throw new Error('openssl is not installed, and with CI=true nothing is skipped');

const member = '/mgmt/tm/ltm/pool/~Common~web/members/~Common~web-1:8080';
const authorization = `Basic ${Buffer.from('ada:s3cret').toString('base64')}`;

/** Only the documented requests are answered: a stand-in that took anything would prove nothing. */
describe('the example scripts over a stand-in for the REST API of F5', () => {
  if (!hasOpenssl) return test.skip('needs the Debian package openssl', () => undefined);
  let directory: string;
  let server: Server;
  let url: string;
  let certificate: string;
  /** What the stand-in says at each question for statistics, the last one again and again. */
  let answers: { connections: number; availability: string }[];
  let session: string;
  let requests: string[];

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'll-f5-'));
    certificate = join(directory, 'certificate.pem');
    const key = join(directory, 'key.pem');
    const asked = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2';
    const names = ['-subj', '/CN=f5', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync('openssl', [...asked.split(' '), ...names, '-keyout', key, '-out', certificate], {
      stdio: 'ignore',
    });
    server = createServer(
      { key: readFileSync(key), cert: readFileSync(certificate) },
      (request, response) => {
        void answer(request, response);
      },
    );
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    answers = [{ connections: 0, availability: 'available' }];
    session = 'user-enabled';
    requests = [];
  });
  afterAll(async () => {
    await new Promise((done) => server.close(done));
    rmSync(directory, { recursive: true, force: true });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const asked = `${request.method} ${request.url} ${body}`.trim();
    requests.push(asked);
    const say = (status: number, said: object): void =>
      void response.writeHead(status).end(JSON.stringify(said));
    if (request.headers.authorization !== authorization) say(401, { message: 'Authentication required!' });
    else if (asked === `GET ${member}/stats`) say(200, statistics());
    else if (request.headers['content-type'] !== 'application/json') say(415, { message: 'not JSON' });
    else if (asked === `PATCH ${member} {"session":"user-disabled"}`)
      say(200, { session: (session = 'user-disabled') });
    else if (asked === `PATCH ${member} {"session":"user-enabled"}`)
      say(200, { session: (session = 'user-enabled') });
    else say(404, { message: '01020036:3: The requested Pool Member was not found.' });
  }

  function statistics(): object {
    const [now] = answers.length > 1 ? answers.splice(0, 1) : answers;
    const entries = {
      'serverside.curConns': { value: now?.connections },
      'status.availabilityState': { description: now?.availability },
      'status.enabledState': { description: session === 'user-enabled' ? 'enabled' : 'disabled' },
    };
    return { entries: { [`https://localhost${member}/stats`]: { nestedStats: { entries } } } };
  }

  const call = async (
    name: string,
    words: string[] = [url, 'web', 'web-1:8080'],
    more: Record<string, string | undefined> = {},
  ): Promise<string> => {
    const env = {
      ...process.env,
      NODE_EXTRA_CA_CERTS: certificate,
      F5_USER: 'ada',
      F5_PASSWORD: 's3cret',
      ...more,
    };
    return (await run(resolve('examples/f5', `${name}-server.mjs`), words, { env })).stdout.trim();
  };

  test('take a member out and wait until its last connection is closed', async () => {
    answers = [2, 1, 0].map((connections) => ({ connections, availability: 'available' }));
    await call('disable');
    expect(requests).toEqual([
      `PATCH ${member} {"session":"user-disabled"}`,
      ...Array<string>(3).fill(`GET ${member}/stats`),
    ]);
    expect(await call('status')).toBe('drain');
    await call('disable');
    expect(session).toBe('user-disabled');
  });

  test('put a member back and wait until F5 says that it is available', async () => {
    session = 'user-disabled';
    answers = ['offline', 'unknown', 'available'].map((availability) => ({ connections: 0, availability }));
    await call('enable');
    expect(requests).toEqual([
      `PATCH ${member} {"session":"user-enabled"}`,
      ...Array<string>(3).fill(`GET ${member}/stats`),
    ]);
    expect(await call('status')).toBe('up');
    await call('enable');
    expect(session).toBe('user-enabled');
  });

  test('say up only where F5 says available, and drain only where nothing is under way', async () => {
    answers = [{ connections: 0, availability: 'unknown' }];
    expect(await call('status')).toBe('down');
    session = 'user-disabled';
    answers = [{ connections: 3, availability: 'available' }];
    expect(await call('status')).toBe('down');
    answers = [{ connections: 0, availability: 'offline' }];
    expect(await call('status')).toBe('drain');
  });

  test('do what docs/load-balancers.md says', async () => {
    const { printed, promised } = await runDocsConsole(
      {
        file: 'docs/load-balancers.md',
        heading: 'F5 BIG-IP',
        directory: 'examples/f5',
        words: { '/etc/ssl/f5-ca.pem': certificate, 'https://f5.example.com': url },
      },
      { F5_USER: 'ada', F5_PASSWORD: 's3cret' },
    );
    expect(printed).toBe(promised);
    expect(await call('status')).toBe('up');
  });

  test('name the same member by its full path', async () => {
    expect(await call('status', [url, '/Common/web', '/Common/web-1:8080'])).toBe('up');
  });

  test('end with 1 and one sentence when the time is over', async () => {
    answers = [{ connections: 2, availability: 'available' }];
    await expect(call('disable', [url, 'web', 'web-1:8080', '1'])).rejects.toMatchObject({
      code: 1,
      stderr: 'after 1 s web-1:8080 is not there yet: it still has 2 connections\n',
    });
    answers = [{ connections: 0, availability: 'offline' }];
    await expect(call('enable', [url, 'web', 'web-1:8080', '1'])).rejects.toThrow(
      'F5 says that it is enabled and offline',
    );
  });

  test('say what F5 refused, and never the password', async () => {
    const refused: unknown = await call('disable', [url, 'web', 'web-9:8080']).catch(
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^F5 refused PATCH \S+web-9:8080 with HTTP 404: .*was not found.*\n$/),
    });
    await expect(call('status', undefined, { F5_PASSWORD: 'other' })).rejects.toMatchObject({
      code: 1,
      stderr: expect.not.stringContaining('other'),
    });
    await expect(call('status', undefined, { F5_PASSWORD: undefined })).rejects.toThrow(
      'F5_USER and F5_PASSWORD are not both set in the environment',
    );
  });

  test('send the password to nobody whose certificate was not verified', async () => {
    await expect(call('disable', undefined, { NODE_EXTRA_CA_CERTS: undefined })).rejects.toThrow(
      /F5 at \S+ does not answer: .*certificate/,
    );
    await expect(call('disable', [url.replace('https:', 'http:'), 'web', 'web-1:8080'])).rejects.toThrow(
      'is no https:// address',
    );
    expect(requests).toEqual([]);
  });
});
