import { describe, expect, test } from 'vitest';

import { createRedactor } from '../../src/drivers/redact.ts';
import { formsOf } from '../../src/drivers/secret-forms.ts';

const hidden = (secret: string, ...pieces: string[]): string => {
  const redactor = createRedactor([secret]);
  return pieces.map((piece) => redactor.push(piece)).join('') + redactor.flush();
};

describe('the ways in which a secret is looked for', () => {
  test('are none for one of five characters, and begin with six', () => {
    expect(formsOf(['abcde'])).toEqual([]);
    expect(formsOf(['abcdef'])).toContain('abcdef');
  });

  const secret = `p'a/s s+w<o>r&d(ö)*!~?`;
  test.each([
    ['for a form of Python', String.raw`p%27a%2Fs%20s%2Bw%3Co%3Er%26d%28%C3%B6%29%2A%21~%3F`],
    ['for a form of PHP', String.raw`p%27a%2Fs+s%2Bw%3Co%3Er%26d%28%C3%B6%29*%21%7E%3F`],
    ['for a URL', encodeURIComponent(secret)],
    [
      'for a URL in small letters',
      encodeURIComponent(secret).replaceAll(/%../g, (code) => code.toLowerCase()),
    ],
    [
      'in JSON of PHP',
      JSON.stringify(secret)
        .slice(1, -1)
        .replaceAll('/', String.raw`\/`),
    ],
    ['in JSON of Go', String.raw`p'a/s s+w\u003co\u003er\u0026d(ö)*!~?`],
    ['in JSON of Python', String.raw`p'a/s s+w<o>r&d(\u00f6)*!~?`],
    ['by the shell', String.raw`p'\''a/s s+w<o>r&d(ö)*!~?`],
    ['in hex', Buffer.from(secret).toString('hex')],
    ['in HEX', Buffer.from(secret).toString('hex').toUpperCase()],
    ['in base64', Buffer.from(secret).toString('base64').replaceAll('=', '')],
    ['in base64 of a URL', Buffer.from(secret).toString('base64url')],
  ])('hold how it is written %s', (_, written) => {
    expect(formsOf([secret])).toContain(written);
  });

  test('hold it in base64 where something stands before it', () => {
    for (const before of ['a', 'ab']) {
      const encoded = Buffer.from(`${before}${secret}`).toString('base64');
      expect(hidden(secret, encoded)).toMatch(/^.{1,3}•••=*$/);
    }
  });

  const lines = 'first line\nsecond line\n';
  test('hold one of several lines with the ends of Windows, without its last one, and line by line', () => {
    expect(formsOf([lines])).toEqual(
      expect.arrayContaining([
        'first line\r\nsecond line\r\n'.replaceAll('\r\n', '\n'),
        lines.trimEnd(),
        'first line',
        'second line',
      ]),
    );
    const windows = Buffer.from('first line\r\nsecond line\r\n').toString('base64').replaceAll('=', '');
    expect(formsOf([lines])).toContain(windows);
    expect(formsOf(['first line\r\nsecond line'])).toContain(
      Buffer.from('first line\nsecond line').toString('hex'),
    );
    const trimmed = Buffer.from(lines.trimEnd()).toString('hex');
    expect(formsOf([lines])).toContain(trimmed);
  });

  test('hold what encoders break into lines, line by line', () => {
    const long = 'x1y2z3'.repeat(20);
    for (const encoding of ['base64', 'hex'] as const)
      for (const width of [60, 64, 76]) {
        const encoded = Buffer.from(long).toString(encoding);
        expect(formsOf([long])).toEqual(
          expect.arrayContaining([encoded.slice(0, width), encoded.slice(width, 2 * width)]),
        );
      }
  });
});

describe('what is hidden', () => {
  test('is each time that it stands there, once where two overlap, and no more', () => {
    expect(hidden('abcabc', 'abcabc-abcabc')).toBe('•••-•••');
    expect(hidden('abcabc', 'abcabcabc!')).toBe('•••!');
    expect(hidden('abcabc', 'abcab')).toBe('abcab');
  });

  test('stays hidden as one where it overlaps over the end of a piece', () => {
    expect(hidden('abcabc', 'abcabc', 'abc!')).toBe('•••!');
    expect(hidden('abcabc', 'x', 'abcabcab', 'c', 'abc', 'y')).toBe('x•••y');
  });

  test('is held back only as long as it may be one', () => {
    const redactor = createRedactor(['canary-secret']);
    expect(redactor.push('the can')).toBe('the ');
    expect(redactor.push('dle')).toBe('candle');
    expect(redactor.push(' canary-secre')).toBe(' ');
    expect(redactor.flush()).toBe('canary-secre');
  });
});
