import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeAll, describe, expect, test } from 'vitest';

import type { Connection } from '../../src/domain/configured/connection.ts';
import { Unreachable } from '../../src/drivers/command.ts';
import { createHttpDriver } from '../../src/drivers/http/http-driver.ts';
import type { HttpCall } from '../../src/drivers/http/http.ts';
import { type Certificate, hasOpenssl, makeCertificate } from '../helpers/certificates.ts';

const password = 'opensesame-of-the-scheduler';
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

type Listener = (...heard: Parameters<RequestListener>) => unknown;

const answering = async (listener: Listener): Promise<string> =>
  `http://${await listen(createServer((request, response) => void listener(request, response)))}`;

function open(baseUrl: string, tls: Partial<{ verify: boolean; ca: string }> = {}, timeoutMs = 20_000) {
  const driver = createHttpDriver({ readSecret: () => password, timeoutMs, maxBytes: 1_000_000 });
  const connection: Extract<Connection, { driver: 'http' }> = {
    driver: 'http',
    baseUrl,
    user: 'deploy',
    password: { env: 'SCHED' },
    tls: { verify: true, ca: null, ...tls },
    options: {},
  };
  const session = driver.open('sched-eu', connection);
  stops.unshift(async () => await session.close());
  return session;
}

const never = new AbortController().signal;
const look: HttpCall = { method: 'GET', path: '/projects' };

async function failure(asking: Promise<unknown>): Promise<string> {
  const error: unknown = await asking.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Unreachable);
  return error instanceof Error ? error.message : '';
}

describe('the http client', () => {
  test('logs in with Basic, sends JSON, and hands back status, JSON and the server’s clock', async () => {
    const heard: unknown[] = [];
    const url = await answering(async (request, response) => {
      const body: Buffer[] = [];
      for await (const chunk of request) body.push(chunk as Buffer);
      heard.push([
        request.method,
        request.url,
        request.headers.authorization,
        Buffer.concat(body).toString(),
      ]);
      response.writeHead(201, { 'content-type': 'application/json', date: 'Sat, 21 Nov 2026 20:00:00 GMT' });
      response.end('{"id":7}');
    });
    const answer = await open(`${url}/admin`).ask(
      { method: 'POST', path: '/jobs', query: { uri: '//sched:8000' }, body: { name: 'load é' } },
      never,
    );
    expect(answer).toEqual({ status: 201, body: { id: 7 }, serverTime: Date.UTC(2026, 10, 21, 20) });
    const login = `Basic ${Buffer.from(`deploy:${password}`).toString('base64')}`;
    expect(heard).toEqual([['POST', '/admin/jobs?uri=%2F%2Fsched%3A8000', login, '{"name":"load é"}']]);
  });

  test('hands back words that are no JSON as they are, and refusals as answers', async () => {
    const url = await answering((_request, response) => void response.writeHead(422).end('no such thing'));
    expect(await open(url).ask(look, never)).toMatchObject({ status: 422, body: 'no such thing' });
  });

  test('follows no redirect: the password goes to no other address', async () => {
    let visits = 0;
    const elsewhere = await answering((_request, response) => {
      visits += 1;
      response.end('{}');
    });
    for (const status of [301, 302, 303, 307, 308]) {
      const url = await answering(
        (_request, response) => void response.writeHead(status, { location: elsewhere }).end(),
      );
      expect(await failure(open(url).ask(look, never))).toContain(
        `sched-eu: GET /projects was sent elsewhere (${status}), and no redirect is followed`,
      );
    }
    expect(visits).toBe(0);
  });

  test('reads no more of an endless answer than it was told to', async () => {
    let sent = 0;
    const url = await answering((_request, response) => {
      const more = (): void => {
        if (sent >= 100_000_000 || response.destroyed) return void response.end();
        sent += 65_536;
        response.write(Buffer.alloc(65_536, 120), more);
      };
      more();
    });
    expect(await failure(open(url).ask(look, never))).toContain('was answered with more than 1000000 bytes');
    expect(sent).toBeLessThan(100_000_000);
  });

  test.each<[string, Listener]>([
    ['says nothing', () => undefined],
    ['stops in the middle', (_request, response) => void response.writeHead(200).write('{"id"')],
  ])('waits no longer than it may for a server that %s', async (_claim, listener) => {
    const url = await answering(listener);
    expect(await failure(open(url, {}, 300).ask(look, never))).toBe(
      'sched-eu: GET /projects had no whole answer in 0.3 s',
    );
  });

  test('lets go of a call at once when it is told to', async () => {
    const told = new AbortController();
    const url = await answering(() => told.abort());
    expect(await failure(open(url).ask(look, told.signal))).toContain('GET /projects broke off (AbortError)');
  });

  test.each([502, 503, 504])('takes %i for a broken way, not for a no of the server', async (status) => {
    const url = await answering((_request, response) => void response.writeHead(status).end());
    expect(await failure(open(url).ask(look, never))).toContain(
      `found nobody behind the address (${status})`,
    );
  });

  test('says which address cannot be reached', async () => {
    const server = createServer();
    const address = await listen(server);
    await stops.pop()?.();
    expect(await failure(open(`http://${address}/admin`).ask(look, never))).toBe(
      `sched-eu: http://${address} cannot be reached (ECONNREFUSED)`,
    );
  });

  test('takes the password out of what a server says back, plain and as it was sent', () => {
    const login = Buffer.from(`deploy:${password}`).toString('base64');
    const said = open('http://127.0.0.1:1').redact(`you sent Basic ${login}, which is ${password}`);
    expect(said).toBe('you sent Basic •••, which is •••');
  });

  test('says that an authority cannot be read, before anything is sent', () => {
    expect(() => open('https://127.0.0.1:1', { ca: '/nowhere/ca.pem' })).toThrow(
      'sched-eu: its certificate authority /nowhere/ca.pem cannot be read (ENOENT)',
    );
  });
});

describe.runIf(hasOpenssl)('the http client over TLS (needs the Debian package openssl)', () => {
  let right: Certificate;
  let misnamed: Certificate;
  beforeAll(() => {
    right = makeCertificate('IP:127.0.0.1');
    misnamed = makeCertificate('DNS:another.host');
  });

  async function serve({ key, cert }: Certificate): Promise<{ url: string; logins: string[] }> {
    const logins: string[] = [];
    const server = createTlsServer({ key, cert }, (request, response) => {
      logins.push(request.headers.authorization ?? '');
      response.end('{"id":1}');
    });
    return { url: `https://${await listen(server)}`, logins };
  }

  test('trusts the authority it was given', async () => {
    const { url } = await serve(right);
    expect(await open(url, { ca: right.authority }).ask(look, never)).toMatchObject({ body: { id: 1 } });
  });

  test.each([
    ['an authority nobody named', () => right, undefined, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['another name than the address', () => misnamed, () => misnamed, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])(
    'sends no password to a certificate of %s, whatever the process was told',
    async (_claim, own, ca, code) => {
      const { url, logins } = await serve(own());
      process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
      try {
        const tls = { verify: false, ...(ca && { ca: ca().authority }) };
        expect(await failure(open(url, tls).ask(look, never))).toContain(
          `the certificate of ${url} is not trusted (${code})`,
        );
      } finally {
        delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      }
      expect(logins).toEqual([]);
    },
  );
});
