import { describe, expect, test } from 'vitest';

import { edited, type FaultCase, faultsOf, load } from './sample.ts';

const servers = 'serverNames: [app-1, app-2]';
const template = 'environments.shop.clusters[0]';

const cases: FaultCase[] = [
  [
    'two clusters of one name',
    [[servers, `${servers}\n      - { name: main }`]],
    ['clusters[1].name: there is already a cluster "main"; names are unique'],
  ],
  [
    'two servers of one name',
    [[servers, 'serverNames: [app-1, app-1]']],
    [`${template}.serverNames[1]: there is already a server "app-1"; names are unique`],
  ],
  [
    'two steps of one name',
    [['id: start', 'id: apply']],
    ['environments.shop.runbooks.release.steps[1].id: there is already a step "apply"; names are unique'],
  ],
  [
    'two packages of one name and version',
    [
      [
        'revisions: [shop@2] }',
        'revisions: [shop@2] }\n    - { name: PKG, version: "1", revisions: [shop@3] }',
      ],
    ],
    ['catalog.packages[1].name: there is already a package "PKG@1"; names are unique'],
  ],
  [
    'a revision that two packages hold',
    [
      [
        'revisions: [shop@2] }',
        'revisions: [shop@2] }\n    - { name: OTHER, version: "1", revisions: [shop@2] }',
      ],
    ],
    [
      'catalog.packages[1].revisions[0]: shop@2 belongs to package PKG already; a revision belongs to one package',
    ],
  ],
  [
    'a package of a revision the catalogue does not have',
    [['revisions: [shop@2]', 'revisions: [shp@2]']],
    ['catalog.packages[0].revisions[0]: there is no revision "shp"; did you mean "shop"?'],
  ],

  [
    'a strategy for the other topology',
    [['serverStrategy', 'clusterStrategy']],
    ['deployments.clusterStrategy: goes with topology several-clusters only; here it is single-cluster'],
  ],
  [
    'a strategy beside parallel',
    [['serverStrategy: one-by-one', 'serverStrategy: one-by-one\n      parallel: { perCluster: 2 }']],
    ['deployments.serverStrategy: is not used together with parallel; keep one of them'],
  ],
  [
    'D-46: two equal cache URLs',
    [
      [
        'serverStrategy: one-by-one',
        'serverStrategy: one-by-one\n      sharedCache: { primaryUrl: a, secondaryUrl: a }',
      ],
    ],
    ['deployments.sharedCache.secondaryUrl: sharedCache needs two different URLs (D-46)'],
  ],
  [
    'a rollback runbook that is not there',
    [['serverStrategy: one-by-one', 'serverStrategy: one-by-one\n      rollback: { runbook: releas }']],
    ['deployments.rollback.runbook: there is no runbook "releas"; did you mean "release"?'],
  ],
  [
    'more approvals than listed people',
    [['required: 1', 'required: 3']],
    [
      'lamplighter.yaml:19:17 environments.shop.approval.required: asks for 3 approvals, and promotion_admin lists 2 people',
    ],
  ],
  [
    'glass that fewer people could break than it takes',
    [['required: 1,', 'required: 1, breakGlass: { persons: 9, minutes: 60 },']],
    [
      'approval.breakGlass.persons: asks for 9 people who deploy, and global_admin, promotion_admin, promotion list',
    ],
  ],
  [
    'glass that somebody could break alone, or for ever',
    [['required: 1,', 'required: 1, breakGlass: { persons: 1, minutes: 99999 },']],
    [
      'approval.breakGlass.persons: must be at least 2: nobody goes on without the approvals alone',
      'approval.breakGlass.minutes: must be at most 1440',
    ],
  ],
  [
    'an approval by a role that is not there',
    [['from: [promotion_admin]', 'from: [promotion_admn]']],
    ['approval.from[0]: there is no role "promotion_admn"; did you mean "promotion_admin"?'],
  ],
  [
    'D-49: server scripts that are not there',
    [['      enableServer:', '      statusServer:']],
    [
      'deployments.serverStrategy: serverStrategy needs scripts.disableServer and scripts.enableServer (D-49)',
    ],
  ],
  [
    'D-56: cluster scripts that are not there',
    [['topology: single-cluster\n      serverStrategy', 'topology: several-clusters\n      clusterStrategy']],
    [
      'deployments.clusterStrategy: clusterStrategy needs scripts.disableCluster and scripts.enableCluster (D-56)',
    ],
  ],
  [
    'D-50: a variable without a value, for each server',
    [['{ pool: web }', '{}']],
    [
      `${template}.serverNames[0]: pool has no value for server app-1, and a script of the load balancer asks for it`,
      `${template}.serverNames[1]: pool has no value for server app-2, and a script of the load balancer asks for it`,
    ],
  ],
  [
    'D-57: a server variable in a cluster script',
    [
      [
        '      enableServer:',
        '      disableCluster: { run: ./x.sh, args: [{ variable: host }] }\n      enableServer:',
      ],
    ],
    [
      'scripts.disableCluster.args[0].variable: host is a variable of servers, and this script is called for a whole cluster (D-57)',
    ],
  ],
  [
    'a predefined variable given anew',
    [['{ pool: web }', '{ pool: web, port: "1" }']],
    [`${template}.variables.port: is always there for scripts and cannot be given`],
  ],

  [
    'an unknown placeholder in run',
    [['{releaseShare}', '{relaseShare}']],
    [
      'lamplighter.yaml:27:26 environments.shop.runbooks.release.steps[0].run: unknown placeholder {relaseShare}; did you mean "releaseShare"?',
    ],
  ],
  [
    'an unknown placeholder in unless',
    [['id: start,', 'id: start, unless: "{nothingOfTheKind}",']],
    ['steps[1].unless: unknown placeholder {nothingOfTheKind}'],
  ],
  [
    'a version in the line that is asked outside of steps',
    [['{server}/REVISION', '{version}/REVISION']],
    [
      'environments.shop.readBack.run: {version} stands for nothing here: this line is asked outside of steps',
    ],
  ],
  [
    'a property that one server lacks',
    [
      ['{releaseShare}', '{drive}'],
      [servers, `${servers}\n        servers: [{ name: app-2, properties: { drive: d } }]`],
    ],
    ['steps[0].run: {drive} has no value for server app-1'],
  ],
  [
    'a placeholder behind a dollar',
    [['{version}', '${version}']],
    ['steps[0].run: write {version} without the dollar'],
  ],
  [
    'a step that does nothing',
    [['run: "./start.sh"', 'kind: verify']],
    ['steps[1]: step start needs exactly one of run, manual, notify and reboot'],
  ],
  [
    'a step that does two things',
    [['run: "./start.sh"', 'run: "./start.sh", manual: look']],
    ['steps[1]: step start needs exactly one of run, manual, notify and reboot, and has run and manual'],
  ],

  [
    'a zone that does not exist',
    [['timezone: Europe/Madrid', 'timezone: Europe/Madird']],
    ['lamplighter.yaml:2:1 timezone: "Europe/Madird" is no IANA time zone; did you mean "Europe/Madrid"?'],
  ],
  [
    'an offset where a zone is meant',
    [['kind: staging', 'kind: staging\n    timezone: "+02:00"']],
    ['environments.shop.timezone: "+02:00" is no IANA time zone; write one such as Europe/Madrid'],
  ],
  [
    'an hour that is on no clock',
    [['"23:00"', '"25:00"']],
    ['windows[0].to: must be a time such as "20:00", or a day and time such as 2026-12-24T00:00'],
  ],
  [
    'a window that mixes hours and days',
    [['"23:00"', '2026-12-24T00:00']],
    ['windows[0]: from and to are both times of day, or both a day and a time'],
  ],
  [
    'a window that opens when its day is over',
    [['"20:00"', '"24:00"']],
    ['windows[0].from: a window cannot open at 24:00; write 00:00'],
  ],
  [
    'an override that more people must give than there are',
    [['reason: year end', 'reason: year end, override: { from: [promotion_admin], persons: 3 }']],
    ['freezes[0].override.persons: asks for 3 approvals, and promotion_admin lists 2 people'],
  ],
  [
    'a freeze that ends before it begins',
    [['2027-01-02T00:00', '2026-01-02T00:00']],
    ['freezes[0].to: must be later than from'],
  ],
  [
    'a freeze on a day that is in no calendar',
    [['2027-01-02T00:00', '2027-02-30T00:00']],
    ['freezes[0].to: "2027-02-30T00:00" is in no calendar'],
  ],

  [
    'an SSH server whose key is not pinned',
    [[', knownHosts: ./known_hosts', '']],
    [
      `${template}.serverNames[0]: the connection of server app-1 pins no key: give hostKey or knownHosts (nothing is accepted unseen)`,
      `${template}.serverNames[1]: the connection of server app-2 pins no key`,
    ],
  ],
  [
    'a connection that lacks what its driver needs',
    [['user: deploy, ', '']],
    [
      'the connection of server app-1 has no user, which driver ssh needs',
      'the connection of server app-2 has no user',
    ],
  ],
  [
    'a key of another driver',
    [['user: deploy, ', 'user: deploy, database: admin, ']],
    [
      'database: does not go with driver ssh (server app-1)',
      'database: does not go with driver ssh (server app-2)',
    ],
  ],
];

describe('what does not go together is refused, with its place and the way out', () => {
  test.each(cases)('%s', (_claim, edits, expected) => {
    const faults = faultsOf(edited(...edits));
    expect(faults).toEqual(expected.map((words) => expect.stringContaining(words)));
    for (const line of faults) expect(line).toMatch(/^lamplighter\.yaml:\d+:\d+ \S/);
    expect(faults.join(' ')).not.toContain('hunter2');
  });
});

test('warnings do not keep a file from loading', () => {
  const loaded = load(
    edited(
      ['timezone: Europe/Madrid\n', ''],
      [
        'serverStrategy: one-by-one',
        'serverStrategy: one-by-one\n      maxFailures: 2\n      onServerFailure: stop\n      backup: { when: before }',
      ],
      [
        'serverNames: [app-1, app-2]',
        'serverNames: [app-1, app-2]\n      - { name: spare, enabled: false, servers: [{ name: s, role: app, connection: { driver: local } }] }',
      ],
    ),
  );
  expect(loaded.ok && loaded.warnings).toEqual([
    'lamplighter.yaml:1:1 no timezone is given: times are in UTC',
    'lamplighter.yaml:19:7 environments.shop.deployments.onServerFailure: is not used: maxFailures alone decides',
    expect.stringContaining(
      'runbooks.release: backup.when is before, and this runbook has no step of kind backup',
    ),
    expect.stringContaining('clusters[1].servers[0]: pool has no value for server s, which is needed once'),
  ]);
});
