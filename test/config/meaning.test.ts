import { createHash } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { edited, faultsOf, load, sample } from './sample.ts';

function warningsOf(text: string): string[] {
  const loaded = load(text);
  if (!loaded.ok) throw new Error(loaded.faults.join('\n'));
  return loaded.warnings;
}

describe('the times of the housekeeping', () => {
  const withCron = (cron: string): string =>
    `${sample}housekeeping: { databaseBackup: { cron: "${cron}", keep: 14, path: ./backups } }\n`;

  test.each(['30 2 * * *', '0 3 * * 0', '*/15 8-18 1,15 jan-mar mon-fri', '0 0 * * 7'])(
    '%s loads',
    (cron) => {
      expect(faultsOf(withCron(cron))).toEqual([]);
    },
  );

  test.each([
    ['60 2 * * *', '"60" is no minute (0 to 59, or *)'],
    ['0 24 * * *', '"24" is no hour (0 to 23, or *)'],
    ['0 3 0 * *', '"0" is no day of the month (1 to 31, or *)'],
    ['0 3 * foo *', '"foo" is no month (1 to 12, or *)'],
    ['0 3 * * 8', '"8" is no day of the week (0 to 7, or *)'],
    ['0 3 * * 5-1', '"5-1" is no day of the week (0 to 7, or *)'],
    ['*/0 3 * * *', '"*/0" is no minute (0 to 59, or *)'],
    ['0 3 * *', 'must be five fields of cron such as "0 3 * * 0"'],
  ])('%s is refused', (cron, words) => {
    expect(faultsOf(withCron(cron))).toEqual([
      expect.stringMatching(/^lamplighter\.yaml:\d+:\d+ housekeeping\.databaseBackup\.cron: /),
    ]);
    expect(faultsOf(withCron(cron))[0]).toContain(words);
  });
});

describe('roles', () => {
  const withRole = (role: string): string => edited(['roles:\n', `roles:\n  ${role}\n`]);

  test('a misspelt role that nobody asks for is told, with the role that was meant', () => {
    expect(warningsOf(withRole('promotoin: { users: [U0EVE] }'))).toEqual([
      'lamplighter.yaml:4:3 roles.promotoin: no environment asks for this role, so it allows nothing; did you mean "promotion"?',
    ]);
  });

  test('a role of your own is in order where an approval asks for it', () => {
    const text = edited(
      ['roles:\n', 'roles:\n  dba: { users: [U0EVE] }\n'],
      ['from: [promotion_admin]', 'from: [promotion_admin, dba]'],
    );
    expect(warningsOf(text)).toEqual([]);
  });

  test('a role that nobody holds is told', () => {
    expect(warningsOf(withRole('promotion: {}'))[0]).toContain('roles.promotion: nobody holds this role');
  });

  test('owner is no role: it stands for the owner of each server', () => {
    expect(faultsOf(withRole('owner: { users: [U0EVE] }'))[0]).toContain(
      'roles.owner: owner stands for the owner',
    );
  });
});

describe("the load balancer's scripts", () => {
  test('D-59: are given a minute, the time of all scripts, or their own', () => {
    const timeouts = (edits: [from: string, to: string][]): (number | undefined)[] => {
      const loaded = load(edited(...edits));
      if (!loaded.ok) throw new Error(loaded.faults.join('\n'));
      const { disableServer, enableServer } = loaded.configuration.environments[0]?.scripts ?? {};
      return [disableServer?.timeoutSeconds, enableServer?.timeoutSeconds];
    };
    expect(timeouts([])).toEqual([60, 60]);
    const all: [string, string] = ['    scripts:\n', '    scripts:\n      timeoutSeconds: 90\n'];
    expect(timeouts([all])).toEqual([90, 90]);
    const own: [string, string] = ['run: ./lb/enable.sh,', 'run: ./lb/enable.sh, timeoutSeconds: 300,'];
    expect(timeouts([all, own])).toEqual([90, 300]);
  });

  test.each([
    [
      'D-50: a server that is switched off needs its variables too',
      '{ name: app-9, enabled: false, role: app }',
      true,
    ],
    ['D-50: a server of another role needs none', '{ name: app-9, role: db }', false],
  ])('%s', (_claim, server, isFault) => {
    const connection =
      'connection: { driver: ssh, host: x, user: u, privateKey: { file: ./key }, knownHosts: ./known_hosts }';
    const cluster = `      - name: other\n        servers:\n          - ${server.replace(' }', `, ${connection} }`)}\n`;
    const text = `${edited(['topology: single-cluster', 'topology: single-cluster'])}${cluster}`;
    expect(faultsOf(text).some((line) => line.includes('pool has no value for server app-9'))).toBe(isFault);
  });

  test('D-50, D-57: what a disabled cluster lacks is told, and refused no more than that', () => {
    const cluster = `      - name: other\n        enabled: false\n        serverTemplate:\n          role: app\n          connection: { driver: ssh, host: "{name}", user: u, privateKey: { file: ./key }, knownHosts: ./known_hosts }\n        serverNames: [app-9]\n`;
    const text = `${edited(['topology: single-cluster', 'topology: single-cluster'])}${cluster}`;
    expect(faultsOf(text)).toEqual([]);
    expect(warningsOf(text)[0]).toContain(
      'pool has no value for server app-9, which is needed once its cluster is enabled',
    );
  });

  test('D-32: under simple none is called, so nothing is asked of their variables', () => {
    const text = edited(
      ['paradigm: online', 'paradigm: simple'],
      ['{ pool: web }', '{}'],
      [
        '      enableServer:',
        '      disableCluster: { run: ./x.sh, args: [{ variable: host }] }\n      enableServer:',
      ],
    );
    expect(faultsOf(text)).toEqual([]);
  });

  test.each([
    [
      '{ pool: web }',
      '{ pool: "${POOL}" }',
      'clusters[0].variables.pool: ${POOL} is not replaced here; write { env: POOL }',
    ],
    [
      'enable.sh, args: [',
      'enable.sh, args: [{ literal: "x-${POOL}" }, ',
      'scripts.enableServer.args[0].literal: ${POOL} is not replaced here; write { env: POOL }',
    ],
  ])('%s as a variable of the shell is refused with the way to write it', (from, to, words) => {
    const faults = faultsOf(edited([from, to]));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(words);
  });
});

test('a brace of the shell is told apart from a placeholder by its spaces', () => {
  const faults = faultsOf(edited(['./start.sh', "ps | awk '{print}'"]));
  expect(faults[0]).toContain(
    "unknown placeholder {print}; where the brace is the shell's own, write { print } with spaces",
  );
  expect(faultsOf(edited(['./start.sh', "ps | awk '{ print }'"]))).toEqual([]);
});

test.each(['stop', 'no-new-server'])('atEnd: %s of a window is executed', (atEnd) => {
  const loaded = load(edited(['to: "23:00" }', `to: "23:30", atEnd: ${atEnd} }`]));
  if (!loaded.ok) throw new Error(loaded.faults.join('\n'));
  const [environment] = loaded.configuration.environments;
  expect(environment?.windows).toMatchObject([{ to: '23:30', atEnd }]);
  expect(environment?.notExecuted).toEqual([]);
});

describe('what is configured and not executed is never silent', () => {
  const notExecuted = (line: string): string[] => {
    const loaded = load(edited(['serverStrategy: one-by-one', `serverStrategy: one-by-one\n      ${line}`]));
    if (!loaded.ok) throw new Error(loaded.faults.join('\n'));
    return loaded.configuration.environments[0]?.notExecuted ?? [];
  };

  test.each([
    ['rollback: { onFirstServerFailure: false, lockAfter: false }', []],
    ['backup: { when: before, onFailure: warn }', ['deployments.backup.onFailure: warn']],
    ['backup: { when: before, onFailure: stop }', []],
    ['backup: { when: after }', ['deployments.backup.when: after']],
  ])('%s', (line, expected) => {
    expect(notExecuted(line)).toEqual(expected);
  });
});

describe('rolling back', () => {
  const rollback = (line: string): string =>
    edited(['serverStrategy: one-by-one', `serverStrategy: one-by-one\n      rollback: ${line}`]);

  test('by itself takes a runbook that does it', () => {
    const sentence = 'needs a runbook that restores a server: name it with runbook, or call it rollback';
    expect(faultsOf(rollback('{ onFirstServerFailure: true }'))[0]).toContain(sentence);
    expect(faultsOf(rollback('{ countdownSeconds: 600 }'))[0]).toContain(sentence);
    expect(faultsOf(rollback('{ onFirstServerFailure: false, lockAfter: true }'))).toEqual([]);
  });

  test('keeps what is configured, with its defaults', () => {
    const loaded = load(rollback('{ runbook: release, countdownSeconds: 600 }'));
    expect(loaded).toMatchObject({
      ok: true,
      configuration: {
        environments: [
          {
            rollback: {
              runbook: 'release',
              onFirstServerFailure: false,
              countdownSeconds: 600,
              lockAfter: false,
            },
          },
        ],
      },
    });
  });
});

test('a loaded file has the SHA-256 of its text, so that two loads can be told apart', () => {
  expect(load(sample)).toMatchObject({ ok: true, digest: createHash('sha256').update(sample).digest('hex') });
});
