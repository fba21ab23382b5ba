import { describe, expect, test } from 'vitest';

import { collectExcerpt } from '../../src/drivers/output-excerpt.ts';
import { collectTail } from '../../src/drivers/output-tail.ts';
import { createRedactor } from '../../src/drivers/redact.ts';

/** What is kept of a text, pushed in pieces. */
function excerptOf(maxBytes: number, ...pieces: string[]): string {
  const excerpt = collectExcerpt(maxBytes);
  for (const piece of pieces) excerpt.push(piece);
  return excerpt.finish();
}

const leftOut = (bytes: number) =>
  `… ${bytes} bytes are left out here; the whole output stands on the server …\n`;

describe('the first and the last part of an output', () => {
  test('are all of it as long as it fits, to the byte', () => {
    expect(excerptOf(10, 'abc\n', 'defg\n', 'h')).toBe('abc\ndefg\nh');
    expect(excerptOf(10, 'abcdefghij')).toBe('abcdefghij');
  });

  test('end and begin at the ends of lines, and count what lies between', () => {
    expect(excerptOf(20, 'one\ntwo\nthree\nfour\nfive\nsix\n')).toBe(`one\ntwo\n${leftOut(11)}five\nsix\n`);
  });

  test('are cut anywhere where there are no lines', () => {
    expect(excerptOf(10, 'abcdefghijk')).toBe(`abcde${leftOut(1)}ghijk`);
  });

  test('are the same whatever pieces it comes in', () => {
    const text = Array.from({ length: 50 }, (_, index) => `line ${index} ü\n`).join('');
    const whole = excerptOf(200, text);
    for (const size of [1, 3, 7, 64, 150]) {
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
        text.slice(index * size, (index + 1) * size),
      );
      expect(excerptOf(200, ...pieces)).toBe(whole);
    }
  });
});

/** The last lines of what is printed in pieces, of which some may be half a character. */
function linesOf(printed: (string | Buffer)[], { count = 5, secrets = [] as string[] } = {}): string[] {
  const tail = collectTail(createRedactor(secrets), count);
  for (const piece of printed) tail.push(Buffer.from(piece));
  return tail.finish();
}

describe('the last lines of an output', () => {
  test('are what a terminal would show of a bar that writes over itself', () => {
    expect(linesOf(['10 %\r50 %\r100 %\nthen\r\n', 'last\r'])).toEqual(['100 %', 'then', 'last']);
  });

  test('are cut where one is long, and not inside a character', () => {
    expect(linesOf([`${'a'.repeat(400)}\n`, `${'b'.repeat(401)}\n`])).toEqual([
      'a'.repeat(400),
      `${'b'.repeat(400)}…`,
    ]);
    expect(linesOf([`${'a'.repeat(399)}😀b\n`])).toEqual([`${'a'.repeat(399)}…`]);
  });

  test('hold what has no end of line yet, a half character, and the end of a secret that never came', () => {
    expect(linesOf(['one\ntwo'])).toEqual(['one', 'two']);
    expect(linesOf(['two ', Buffer.from('ü').subarray(0, 1)])).toEqual(['two \uFFFD']);
    expect(linesOf(['canary-secre'], { secrets: ['canary-secret'] })).toEqual(['canary-secre']);
  });

  test('are no more than asked for, whether they come at once or one by one', () => {
    expect(linesOf(['1\n2\n3\n4\n'], { count: 2 })).toEqual(['3', '4']);
    expect(linesOf(['1\n', '2\n', '3\n', '4'], { count: 2 })).toEqual(['3', '4']);
  });

  test('hold no colour, and hide a secret that is coloured inside', () => {
    expect(
      linesOf(['\u001B[31mred\u001B[0m\n', 'can\u001B[1mary-sec', 'ret\n'], { secrets: ['canary-secret'] }),
    ).toEqual(['red', '•••']);
    expect(linesOf(['end\u001B[3'])).toEqual(['end[3']);
  });

  test('and all that is kept besides them hold no secret', () => {
    const tail = collectTail(createRedactor(['canary-secret']), 1);
    for (const piece of ['a canary-', 'secret\nb\n']) tail.push(Buffer.from(piece));
    expect(tail.finish()).toEqual(['b']);
    expect(tail.whole()).toBe('a •••\nb\n');
  });
});
