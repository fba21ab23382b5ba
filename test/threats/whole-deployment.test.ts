import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { installScript } from '../../src/sandbox/fleet/server-files.ts';
import { runCli } from '../helpers/run-cli.ts';
import { setStage, type Stage } from '../helpers/stage.ts';

const password = `ca/na'ry "p+w<>ö-7Kq2Zx9V`;
const key = `-----BEGIN KEY-----\nMIIEvQIBADANBgkq9hkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n-----END KEY-----\n`;
const tokens = ['xoxb-stage', 'xapp-stage'];

/** Prints both secrets in every form, looks for them in every argument list, and fails on web-2. */
const printing = `
"${process.execPath}" forms.mjs
printf '%s' "$LAMPLIGHTER_PASSWORD" | base64
printf '%s' "$LAMPLIGHTER_KEY" | base64
printf '%s' "login:$LAMPLIGHTER_PASSWORD" | base64
printf '%s' "$LAMPLIGHTER_PASSWORD" | od -An -v -tx1 | tr -d ' \\n'
echo
printf '\\033[31m%s\\033[0m\\r\\n' "$LAMPLIGHTER_PASSWORD" >&2
set -x; : "$LAMPLIGHTER_PASSWORD"; set +x
env | grep LAMPLIGHTER
printf '%s' "$LAMPLIGHTER_PASSWORD" | head -c 12; sleep 0.3; printf '%s\\n' "$LAMPLIGHTER_PASSWORD" | tail -c +13
for list in /proc/[0-9]*/cmdline; do
  words=$({ tr '\\0' ' ' <"$list"; } 2>/dev/null) || true
  case "$words" in *"$LAMPLIGHTER_PASSWORD"* | *MIIEvQIB*) echo "LEAKED INTO ARGUMENTS" >>"$LAMPLIGHTER_FLEET_DIRECTORY/leaks" ;; esac
done
echo "looked at $(ls -d /proc/[0-9]* | wc -l) processes" >>"$LAMPLIGHTER_FLEET_DIRECTORY/leaks"
echo the output ends here
test "$LAMPLIGHTER_SERVER" != web-2
`;
const forms = `
for (const secret of [process.env.LAMPLIGHTER_PASSWORD, process.env.LAMPLIGHTER_KEY]) {
  console.log(secret, JSON.stringify({ secret }), encodeURIComponent(secret), String(new URLSearchParams({ secret })));
  console.log(Buffer.from(secret).toString('base64url'), Buffer.from(secret).toString('hex').toUpperCase());
  console.log(secret.replaceAll('\\n', '\\r\\n'));
}
`;

let stage: Stage;
const dataDirectory = () => join(stage.directory, 'data');

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** Where any ten neighbouring characters of a secret stand, plain or in one of its forms. */
function traces(bytes: Buffer | string): string[] {
  const text = bytes.toString('latin1');
  const encoded = [password, key].flatMap((secret) => {
    const raw = Buffer.from(secret, 'utf8');
    return [
      ...secret.split('\n'),
      raw.toString('base64'),
      raw.toString('hex'),
      raw.toString('hex').toUpperCase(),
      encodeURIComponent(secret),
      Buffer.from(`login:${secret}`).toString('base64').slice(10),
    ].map((form) => Buffer.from(form, 'utf8').toString('latin1'));
  });
  const pieces = encoded.flatMap((form) =>
    Array.from({ length: Math.max(0, form.length - 9) }, (_, at) => form.slice(at, at + 10)),
  );
  return [...new Set(pieces)].filter(
    (piece) => !/-----|BEGIN KEY|END KEY/.test(piece) && text.includes(piece),
  );
}

/** A call of `auth.test` gives Slack its own token. */
const withoutToken = (call: ReturnType<Stage['slack']['calls']>[number]) => ({
  method: call.method,
  given: { ...call.arguments, token: '' },
});

beforeAll(async () => {
  const before = process.umask(0);
  try {
    stage = await setStage({
      onThisMachine: true,
      clusters: [
        { name: 'north', servers: ['web-1'] },
        { name: 'south', servers: ['web-2'] },
      ],
      files: { 'install.sh': `${installScript}\n${printing}`, 'forms.mjs': forms },
      configure: (yaml, { directory }) => {
        mkdirSync(join(directory, 'secrets'), { mode: 0o700 });
        writeFileSync(join(directory, 'secrets', 'password'), `${password}\n`, { mode: 0o600 });
        writeFileSync(join(directory, 'secrets', 'key'), key, { mode: 0o600 });
        return yaml
          .replace(
            '    properties: {',
            '    properties: { password: { file: ./secrets/password }, key: { file: ./secrets/key },',
          )
          .replace(
            'readBack: { run: "',
            'readBack: { run: "echo \\"$LAMPLIGHTER_PASSWORD $LAMPLIGHTER_KEY\\"; ',
          );
      },
    });
    await stage.startBot();
  } finally {
    process.umask(before);
  }
}, 60_000);
afterAll(async () => await stage.close());

describe('threat 10, threat 19: two secrets in a whole deployment whose step prints them in every form', () => {
  test('reach the step, and neither Slack, the database, the log, a backup, the audit nor an argument list', async () => {
    const { slack } = stage;
    const ana = slack.person('U0ANA');
    await ana.types('/deploy shop@2 to shop-production', { channel: 'C0SHOP' });
    const form = await ana.modal();
    await form.type('Reason', 'the canaries sing');
    expect(await form.submit()).toEqual({ closed: true });
    await stage.cardSays('waiting for approval');
    await slack.person('U0BEN').press(stage.card(), 'Approve');
    const told = () => JSON.stringify(stage.card());
    await slack.until(
      () => told().includes('the output ends here') && told().includes('Attempt 1 in'),
      60_000,
    );
    const uploaded = () => stage.card().thread.flatMap(({ files }) => files.map((id) => slack.file(id)));
    await slack.until(() => uploaded().length > 0, 20_000);
    expect(uploaded().map((file) => file?.bytes.includes('the output ends here'))).toEqual([true]);

    // What was printed was kept and shown; only the secrets are missing from it.
    expect(told()).toContain('•••');
    const work = filesBelow(join(stage.directory, 'work'));
    const outputs = work.filter((file) => file.endsWith('/output')).map((file) => readFileSync(file, 'utf8'));
    expect(outputs.filter((output) => output.includes(password) && output.includes(key))).toHaveLength(2);
    // What `env` printed there: nothing of the process that started it.
    expect(outputs.filter((output) => /xoxb-|xapp-|LAMPLIGHTER_CONFIG|DATABASE_URL/.test(output))).toEqual(
      [],
    );
    const leaks = readFileSync(join(stage.directory, 'fleet', 'leaks'), 'utf8');
    expect(leaks).toMatch(/^looked at \d+ processes\nlooked at \d+ processes\n$/);

    const environment = {
      DATABASE_URL: `file:${join(dataDirectory(), 'lamplighter.db')}`,
      LAMPLIGHTER_CONFIG: stage.configurationFile,
    };
    const backup = join(stage.directory, 'copy.db');
    const cli = async (...words: string[]) => await runCli(words, { cwd: stage.directory, env: environment });
    const backedUp = await cli('backup', backup);
    expect([backedUp.code, backedUp.stderr]).toEqual([0, '']);
    const said = [
      await cli('audit', 'export', '--format', 'json'),
      await cli('audit', 'export', '--format', 'csv'),
      await cli('show', '1'),
      await cli('show', '1', '--format', 'json'),
    ];
    expect(said.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(said[2]?.stdout).toContain('the output ends here');

    const data = filesBelow(dataDirectory());
    expect(data.map((file) => file.slice(dataDirectory().length + 1))).toEqual(
      expect.arrayContaining(['lamplighter.db', 'lamplighter.db-wal']),
    );
    const places: [string, Buffer | string][] = [
      ...[...data, backup, join(stage.directory, 'bot.log')].map((file): [string, Buffer] => [
        file,
        readFileSync(file),
      ]),
      ...work
        .filter((file) => !file.endsWith('/output'))
        .map((file): [string, Buffer] => [file, readFileSync(file)]),
      ['what Slack received', Buffer.from(JSON.stringify(slack.calls().map(withoutToken)))],
      ...uploaded().map((file): [string, Buffer] => [file?.name ?? '', file?.bytes ?? Buffer.alloc(0)]),
      ['what Ana saw', Buffer.from(JSON.stringify(ana.ephemerals()))],
      ['what the commands said', Buffer.from(JSON.stringify(said))],
      ['health', Buffer.from(await (await fetch(`${stage.healthUrl()}/readyz`)).text())],
    ];
    expect(places.flatMap(([place, bytes]) => traces(bytes).map((piece) => `${piece} in ${place}`))).toEqual(
      [],
    );
    for (const [place, bytes] of places)
      expect([place, tokens.filter((token) => bytes.includes(token))]).toEqual([place, []]);
  }, 120_000);

  test('the scan itself finds either secret in each of its forms', () => {
    for (const secret of [password, key])
      for (const form of [
        secret,
        encodeURIComponent(secret),
        Buffer.from(secret).toString('hex'),
        Buffer.from(secret).toString('base64'),
      ])
        expect(traces(Buffer.from(`x ${form} y`, 'utf8')).length).toBeGreaterThan(0);
  });
});

describe('threat 19: what the process leaves on its disk', () => {
  test('is closed to everybody else, whatever its umask: directory, database, log of the database, socket and marks', () => {
    expect(statSync(dataDirectory()).mode & 0o777).toBe(0o700);
    const open = readdirSync(dataDirectory(), { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => ({ name, mode: (statSync(join(dataDirectory(), name)).mode & 0o777).toString(8) }));
    expect(open.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'lamplighter.db',
        'lamplighter.db-shm',
        'lamplighter.db-wal',
        'lamplighter.db.sock',
      ]),
    );
    expect(open.filter(({ mode }) => mode !== '600')).toEqual([]);
    const marks = filesBelow(join(stage.directory, 'work', 'runs'));
    expect(marks.filter((file) => (statSync(file).mode & 0o077) !== 0)).toEqual([]);
    expect(statSync(join(stage.directory, 'copy.db')).mode & 0o777).toBe(0o600);
  });

  test('and its argument list holds no token', () => {
    const lists = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        } catch {
          return '';
        }
      });
    expect(lists.filter((list) => list.includes('dist/main.js')).length).toBeGreaterThan(0);
    expect(lists.filter((list) => tokens.some((token) => list.includes(token)))).toEqual([]);
  });
});
