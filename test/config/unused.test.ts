import { describe, expect, test } from 'vitest';

import { edited, faultsOf, load } from './sample.ts';

const step = '- { id: start, run: "./start.sh" }';
const warningsOf = (text: string): string[] => {
  const loaded = load(text);
  if (!loaded.ok) throw new Error(loaded.faults.join('\n'));
  return loaded.warnings;
};

describe('a key that does nothing where it stands is told with its place', () => {
  test.each([
    [
      'what only readers of the file have a use for',
      edited([
        'serverNames: [app-1, app-2]',
        'serverNames: [app-1, app-2]\n        servers: [{ name: app-2, retireOn: 2027-06-30, previousSystem: seci }]',
      ]),
      [
        'lamplighter.yaml:40:34 environments.shop.clusters[0].servers[0].retireOn: is not used by this version: it is for whoever reads the file',
        'lamplighter.yaml:40:56 environments.shop.clusters[0].servers[0].previousSystem: is not used by this version: it is for whoever reads the file',
      ],
    ],
    [
      'addresses of steps that there are not',
      edited(['environments:\n', 'httpAllow: ["cache:443", "[::1]:80"]\nenvironments:\n']),
      ['lamplighter.yaml:10:1 httpAllow: is not used: this version has no steps that speak HTTP'],
    ],
    [
      'what only a line has a use for, in a step of a person',
      edited([step, '- { id: look, manual: "is {server} up?", timeoutMinutes: 5, unless: "true" }']),
      [
        'lamplighter.yaml:28:52 environments.shop.runbooks.release.steps[1].timeoutMinutes: is not used: this step runs no line',
        'lamplighter.yaml:28:71 environments.shop.runbooks.release.steps[1].unless: is not used: this step runs no line',
      ],
    ],
  ])('%s', (_what, text, warnings) => {
    expect(warningsOf(text).toSorted()).toEqual(warnings.toSorted());
  });

  test.each([
    [
      'a wait for a machine that is not restarted',
      edited([step, '- { id: start, run: "./start.sh", waitMinutes: 10 }']),
      'environments.shop.runbooks.release.steps[1].waitMinutes: goes with reboot: true only',
    ],
    [
      'a day that no calendar has',
      edited(['          role: app\n', '          role: app\n          retireOn: 2027-02-30\n']),
      'serverTemplate.retireOn: must be a day that is in the calendar',
    ],
    [
      'an address with a protocol, where none is meant',
      edited(['environments:\n', 'httpAllow: ["https://cache"]\nenvironments:\n']),
      'httpAllow[0]: must be an address as host:port, such as "cache:443"',
    ],
    [
      'an option that a Scheduler does not have',
      edited(
        ['system: command', 'system: denodo'],
        ['role: app }', 'role: app }, scheduler: { role: scheduler }'],
        [
          'serverNames: [app-1, app-2]',
          'serverNames: [app-1, app-2]\n        servers: [{ name: s, role: scheduler, connection: { driver: http, baseUrl: "http://s", options: { urii: x } } }]',
        ],
      ),
      'connection.options.urii: there is no option "urii" (server s); did you mean "uri"?',
    ],
  ])('and refused where it can only be a mistake: %s', (_what, text, fault) => {
    expect(faultsOf(text).filter((line) => line.endsWith(fault))).toHaveLength(1);
  });
});
