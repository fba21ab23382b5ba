import { describe, expect, test } from 'vitest';

import { approvalStanding } from '../../src/domain/deployment/approval.ts';
import type { Vote } from '../../src/domain/deployment/deployment.ts';
import { nearest } from '../../src/domain/nearest.ts';
import { asVariables, fillPlaceholders } from '../../src/domain/plan/placeholders.ts';
import { quote, stripHidden } from '../../src/domain/quote.ts';
import { sayDuration } from '../../src/wording/duration.ts';
import { plainText } from '../../src/wording/plain.ts';

describe('text from outside', () => {
  test('can neither mention, link nor break out once it is quoted', () => {
    expect(quote('<!channel> `rm -rf`\n<https://evil|here>')).toBe(
      "`‹!channel› 'rm -rf' ‹https://evil|here›`",
    );
    expect(quote('x'.repeat(3_000))).toHaveLength(82);
  });

  test('loses characters that hide or turn the direction of reading, and keeps lines', () => {
    expect(stripHidden('a\u202Eb\u0007c\u200Bd\ne\tf')).toBe('abcd\ne\tf');
  });
});

describe('placeholders', () => {
  test('stand for their values, and an unknown one stays as it is', () => {
    expect(fillPlaceholders('install {version} {name} {', { version: '2' })).toBe('install 2 {name} {');
  });

  test('are variables too, in capitals', () => {
    expect(asVariables({ version: '2', 'fleet.directory': '/srv' })).toEqual({
      LAMPLIGHTER_VERSION: '2',
      LAMPLIGHTER_FLEET_DIRECTORY: '/srv',
    });
  });
});

describe('approvals', () => {
  const rule = (...rules: { roles: string[]; required: number }[]) => ({
    rules,
    excludeRequester: true,
    expiresHours: 1,
    remindMinutes: [],
  });
  const vote = (by: string, ...roles: string[]): Vote => ({ by, roles, at: 0 });

  test('one person fills one seat only, the one where they are needed', () => {
    const both = rule({ roles: ['admin'], required: 1 }, { roles: ['owner'], required: 1 });
    expect(approvalStanding(both, [vote('a', 'admin', 'owner')])).toMatchObject({
      satisfied: false,
      given: 1,
      missing: ['owner'],
    });
    expect(approvalStanding(both, [vote('a', 'admin', 'owner'), vote('b', 'admin')])).toMatchObject({
      satisfied: true,
    });
    expect(approvalStanding(both, [vote('a', 'admin'), vote('b', 'admin')])).toMatchObject({
      satisfied: false,
    });
  });

  test('of people without a role fill none', () => {
    expect(approvalStanding(rule({ roles: ['admin'], required: 1 }), [vote('a')])).toMatchObject({
      satisfied: false,
      given: 0,
    });
  });
});

describe('small words', () => {
  test('the nearest known word is found, and nothing where none is near', () => {
    expect(nearest('paradime', ['paradigm', 'topology'])).toBe('paradigm');
    expect(nearest('shop-prod', ['topology', 'shop-production'])).toBe('shop-production');
    expect(nearest('xyz', ['paradigm', 'topology'])).toBeNull();
  });

  test.each([
    [400, '0.4 s'],
    [12_000, '12 s'],
    [185_000, '3 min 5 s'],
    [7_800_000, '2 h 10 min'],
  ])('%d ms reads %s', (milliseconds, words) => expect(sayDuration(milliseconds)).toBe(words));

  test('sentences lose their marks in a terminal, and mentions become names', () => {
    expect(plainText('*web-1* is done by <@U0ANA>, `shop@2`', (id) => (id === 'U0ANA' ? 'ana' : id))).toBe(
      'web-1 is done by @ana, shop@2',
    );
  });
});
