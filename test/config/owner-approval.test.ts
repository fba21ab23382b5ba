import { describe, expect, test } from 'vitest';

import { edited, faultsOf, load } from './sample.ts';

const withFrom = (from: string, ...more: [string, string][]): string =>
  edited(['approval: { required: 1, from: [promotion_admin] }', `approval: { ${from} }`], ...more);
const withOwner: [string, string] = [
  '          role: app\n',
  '          role: app\n          owner: U0SCI\n',
];

function loaded(text: string) {
  const result = load(text);
  if (!result.ok) throw new Error(result.faults.join('\n'));
  return result;
}
const rulesOf = (text: string) => loaded(text).configuration.environments[0]?.approval?.rules;
const owners = { roles: ['owner'], required: 1, perOwner: true };

describe('owner in approval.from', () => {
  test.each([
    ['required: 2, from: [promotion_admin, owner]', [{ roles: ['promotion_admin'], required: 2 }, owners]],
    ['from: [owner]', [owners]],
    [
      'from: [{ role: owner }, { role: promotion_admin, required: 2 }]',
      [owners, { roles: ['promotion_admin'], required: 2 }],
    ],
  ])('is executed as seats of the owners beside the others: %s', (from, rules) => {
    expect(rulesOf(withFrom(from, withOwner))).toEqual(rules);
    expect(loaded(withFrom(from, withOwner)).configuration.environments[0]?.notExecuted).toEqual([]);
    expect(loaded(withFrom(from, withOwner)).warnings).toEqual([]);
  });

  test('says which servers have no owner', () => {
    expect(loaded(withFrom('from: [promotion_admin, owner]')).warnings).toEqual([
      expect.stringMatching(/approval\.from: app-1, app-2 have no owner, so no owner approves for them$/),
    ]);
  });

  test.each(['required: 2, from: [owner]', 'from: [{ role: owner, required: 2 }]'])(
    'is refused where it asks for more than a server has: %s',
    (from) => {
      expect(faultsOf(withFrom(from, withOwner))).toEqual([
        expect.stringMatching(/required: asks for 2 approvals of owner, and a server has one$/),
      ]);
    },
  );

  test('does not hide that too few hold a role beside it', () => {
    expect(faultsOf(withFrom('required: 3, from: [promotion_admin, owner]', withOwner))).toEqual([
      expect.stringMatching(/asks for 3 approvals, and promotion_admin lists 2 people$/),
    ]);
  });
});
