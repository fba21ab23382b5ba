import { describe, expect, test } from 'vitest';

import { edited, faultsOf, load } from './sample.ts';

/** The sample with more keys in its environment. */
const withKeys = (...lines: string[]): string =>
  edited(['    kind: staging\n', `    kind: staging\n${lines.map((line) => `    ${line}\n`).join('')}`]);

function environmentOf(text: string) {
  const loaded = load(text);
  if (!loaded.ok) throw new Error(loaded.faults.join('\n'));
  return loaded.configuration.environments[0];
}

describe('what is done around a start', () => {
  test('is executed, with what is usual where little is said', () => {
    const environment = environmentOf(
      withKeys(
        'watcher: { outside: ["08:00", "18:00"], from: [promotion_admin] }',
        'rehearsal: { minutesBefore: [60] }',
        'ownerConsent: { minutesBefore: 60 }',
      ),
    );
    expect(environment).toMatchObject({
      watcher: {
        outside: ['08:00', '18:00'],
        from: ['promotion_admin'],
        confirmMinutes: 15,
        ifAbsent: 'pause',
      },
      rehearsal: { minutesBefore: [60] },
      ownerConsent: { minutesBefore: 60, silence: 'yes' },
      notExecuted: [],
    });
  });

  test('stands in no plan where nothing is said, whose hash is as it was', () => {
    const keys = Object.keys(environmentOf(withKeys()) ?? {});
    for (const key of ['watcher', 'rehearsal', 'ownerConsent']) expect(keys).not.toContain(key);
  });

  test.each([
    [
      'watcher: { outside: ["08:00", "18:00"], from: [promotion_admin], ifAbsent: stop }',
      /watcher\.ifAbsent: must be one of "pause", "go", "skip", not "stop"/,
    ],
    [
      'watcher: { outside: ["08:00"], from: [promotion_admin] }',
      /watcher\.outside: must be two times of day such as \["08:00", "18:00"\]$/,
    ],
    [
      'watcher: { outside: ["08:00", "18:00"], from: [promotoin_admin] }',
      /watcher\.from\[0\]: .*promotion_admin/,
    ],
    [
      'ownerConsent: { minutesBefore: 60, silence: maybe }',
      /ownerConsent\.silence: must be one of "yes", "no"/,
    ],
    ['rehearsal: { minutesBefore: 60 }', /rehearsal\.minutesBefore: must be a list/],
  ])('is refused in a sentence where it is wrong: %s', (line, sentence) => {
    expect(faultsOf(withKeys(line))).toEqual([expect.stringMatching(sentence)]);
  });

  test('asks nobody where no server has an owner, and that is told', () => {
    const consent = 'ownerConsent: { minutesBefore: 60 }';
    const told = (text: string): string[] => {
      const loaded = load(text);
      return loaded.ok ? loaded.warnings : loaded.faults;
    };
    expect(told(withKeys(consent))).toEqual([
      expect.stringMatching(/ownerConsent: no server has an owner, so nobody is asked$/),
    ]);
    const owned = withKeys(consent).replace('role: app\n', 'role: app\n          owner: U0SCI\n');
    expect(told(owned)).toEqual([]);
  });
});
