import { describe, expect, test } from 'vitest';

import { loadConfiguration } from '../../src/config/load-configuration.ts';
import { edited, faultsOf, load, sample, type FaultCase } from './sample.ts';

const cases: FaultCase[] = [
  [
    'an unknown key is named with the nearest known one',
    [['paradigm: online', 'paradigm: online\n      paradime: online']],
    ['lamplighter.yaml:17:7 environments.shop.deployments.paradime: unknown key; did you mean "paradigm"?'],
  ],
  [
    'an unknown key near nothing is named',
    [['kind: staging', 'kind: staging\n    zzzzzzzzzz: 1']],
    ['lamplighter.yaml:13:5 environments.shop.zzzzzzzzzz: unknown key'],
  ],
  [
    'a key that is written twice',
    [['kind: staging', 'kind: staging\n    kind: production']],
    ['lamplighter.yaml:13:5 environments.shop.kind: this key is written twice; keep one'],
  ],
  [
    'an unquoted version says to quote it, letter by letter',
    [['version: "1"', 'version: 26.10']],
    ['lamplighter.yaml:9:20 catalog.packages[0].version: must be a text; write it in quotes: "26.10"'],
  ],
  [
    'a missing key says what it must be',
    [['    kind: staging\n', '']],
    ['lamplighter.yaml:11:3 environments.shop.kind: is missing; it must be a text'],
  ],
  [
    'a word that is none of the known ones',
    [['paradigm: online', 'paradigm: onlin']],
    [
      'lamplighter.yaml:16:7 environments.shop.deployments.paradigm: must be one of "simple", "online", not "onlin"; did you mean "online"?',
    ],
  ],
  [
    'a text where a number is meant',
    [['required: 1', 'required: "1"']],
    ['lamplighter.yaml:19:17 environments.shop.approval.required: must be a number, not a text'],
  ],
  [
    'a part of a number where a whole one is meant, as it is written',
    [['required: 1', 'required: 1.5']],
    ['lamplighter.yaml:19:17 environments.shop.approval.required: must be a whole number, not 1.5'],
  ],
  [
    'a number in quotes that stands for one value only',
    [['version: 1\n', 'version: "1"\n']],
    ['lamplighter.yaml:1:1 version: must be 1, without quotes'],
  ],
  [
    'another version of the file',
    [['version: 1\n', 'version: 2\n']],
    ['lamplighter.yaml:1:1 version: must be 1, not 2'],
  ],
  [
    'a percentage that is none, in the words of the key',
    [['serverStrategy: one-by-one', 'serverStrategy: one-by-one\n      maxFailures: "101%"']],
    ['deployments.maxFailures: must be a count of at least 1, or a percentage such as "10%"'],
  ],
  [
    'a variable of the environment that no shell could hold',
    [['privateKey: { file: ./key }', 'privateKey: { env: "a b" }']],
    ['privateKey.env: must be the name of an environment variable, such as VDP_PASSWORD'],
  ],
  [
    'hours of a watch of which one is missing',
    [
      [
        '    kind: staging\n',
        '    kind: staging\n    watcher: { outside: ["08:00"], from: [promotion_admin] }\n',
      ],
    ],
    ['watcher.outside: must be two times of day such as ["08:00", "18:00"]'],
  ],
  [
    'a time that no timer can wait for',
    [['id: start,', 'id: start, timeoutMinutes: 50000,']],
    ['steps[1].timeoutMinutes: must be at most 28800'],
  ],
  [
    'a share with a faulty number, and not that it is missing',
    [
      ['id: start,', 'id: start, share: disk,'],
      ['environments:\n', 'limits: { shares: { disk: 0 } }\nenvironments:\n'],
    ],
    ['limits.shares.disk: must be at least 1'],
  ],
  [
    'a pin that is no key, and not that the servers pin none',
    [['knownHosts: ./known_hosts', 'hostKey: accept-new']],
    ['serverTemplate.connection.hostKey: must be a public key such as "ssh-ed25519 AAAA…"'],
  ],
  [
    'a secret that is written in the file, without repeating it',
    [['privateKey: { file: ./key }', 'privateKey: hunter2']],
    ['must be { env: NAME } or { file: PATH }: a secret is never written in this file'],
  ],
  [
    'a secret written as a variable of the shell',
    [['privateKey: { file: ./key }', 'privateKey: "${KEY}"']],
    ['must be { env: NAME } or { file: PATH }: a secret is never written in this file'],
  ],
  [
    'a channel by its name',
    [['channel: C0SHOP', 'channel: "#shop"']],
    [
      'lamplighter.yaml:14:5 environments.shop.channel: must be a Slack channel id such as C024BE91L, not its name',
    ],
  ],
  [
    'a step id that a shell could misread',
    [['id: apply', 'id: "a;b"']],
    [
      'environments.shop.runbooks.release.steps[0].id: must be a name made of letters, digits, ".", "_" and "-", beginning with a letter or digit',
    ],
  ],
  [
    'a server name that a shell could misread',
    [['serverNames: [app-1, app-2]', 'serverNames: [app-1, -rf]']],
    ['environments.shop.clusters[0].serverNames[1]: must be a name made of'],
  ],
  [
    'a component that a shell could misread',
    [['id: start,', 'id: start, component: "x y",']],
    ['environments.shop.runbooks.release.steps[1].component: must be a name made of'],
  ],
  [
    'an environment name that a shell could misread',
    [['  shop:\n', '  "my shop":\n']],
    ['lamplighter.yaml:11:3 environments.my shop: must be a name made of'],
  ],
];

describe('a faulty file is refused, with line, column, path and the way out', () => {
  test('the sample itself is in order', () => {
    expect(load(sample)).toMatchObject({ ok: true, warnings: [] });
  });

  test.each(cases)('%s', (_claim, edits, expected) => {
    const faults = faultsOf(edited(...edits));
    expect(faults).toEqual(expected.map((words) => expect.stringContaining(words)));
    for (const line of faults) expect(line).toMatch(/^lamplighter\.yaml:\d+:\d+ \S/);
    expect(faults.join(' ')).not.toContain('hunter2');
  });

  test('a text that is no YAML, with its place', () => {
    expect(faultsOf(edited(['approval: {', 'approval: [']))[0]).toMatch(/^lamplighter\.yaml:19:\d+ /);
  });

  test('every fault is told at once, shape and meaning together, in the order of the file', () => {
    const faults = faultsOf(
      edited(
        ['timezone: Europe/Madrid', 'timezone: Mars/Olympus'],
        ['paradigm: online', 'paradime: online'],
        ['version: "1"', 'version: 1'],
        ['id: start', 'id: apply'],
        ['{releaseShare}', '{nothingOfTheKind}'],
        ['required: 1', 'required: 9'],
      ),
    );
    expect(faults.map((line) => line.replace(/^\S+ (\S+:) .*/, '$1'))).toEqual([
      'timezone:',
      'catalog.packages[0].version:',
      'environments.shop.deployments.paradigm:',
      'environments.shop.deployments.paradime:',
      'environments.shop.approval.required:',
      'environments.shop.runbooks.release.steps[0].run:',
      'environments.shop.runbooks.release.steps[1].id:',
    ]);
  });

  test('sections that are all wrong do not keep the others from being checked', () => {
    const faults = faultsOf(
      edited(
        ['Europe/Madrid', 'Mars/Olympus'],
        ['from: [promotion_admin]', 'from: 5'],
        ['[{ days: [mon], from: "20:00", to: "23:00" }]', '[7, { from: 1, to: [] }]'],
        ['{ pool: web }', '{ pool: [] }'],
        ['serverNames: [app-1, app-2]', 'serverNames: 3'],
        ['readBack: { run: "cat /srv/{server}/REVISION" }', 'readBack: { run: { a: 1 } }'],
        ['- { id: start, run: "./start.sh" }', '- 5\n          - { id: apply, run: x }'],
      ),
    );
    expect(faults.map((line) => line.replace(/^\S+ (\S+): .*/, '$1'))).toEqual([
      'timezone',
      'environments.shop.approval.from',
      'environments.shop.windows[0]',
      'environments.shop.windows[1].from',
      'environments.shop.windows[1].to',
      'environments.shop.runbooks.release.steps[1]',
      'environments.shop.runbooks.release.steps[2].id',
      'environments.shop.readBack.run',
      'environments.shop.clusters[0].variables.pool',
      'environments.shop.clusters[0].serverNames',
    ]);
  });

  test('a file that is not there, or empty, is one sentence', () => {
    expect(loadConfiguration('/nowhere/lamplighter.yaml')).toEqual({
      ok: false,
      faults: [
        '/nowhere/lamplighter.yaml: cannot be read (ENOENT); name the file with --config or LAMPLIGHTER_CONFIG',
      ],
    });
    expect(faultsOf('')).toEqual(['lamplighter.yaml:1:1 the file is empty']);
  });

  test('a list or a word instead of a mapping is refused, not thrown', () => {
    expect(faultsOf('- 1')).toEqual(['lamplighter.yaml:1:1 must be a mapping, not a list']);
    expect(faultsOf('environments: [1]').length).toBeGreaterThan(0);
    expect(faultsOf('a: *nowhere')[0]).toContain('lamplighter.yaml:1:');
  });
});
