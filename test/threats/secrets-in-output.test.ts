import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { collectTail } from '../../src/drivers/output-tail.ts';
import { createRedactor } from '../../src/drivers/redact.ts';

const secret = `pa'ss "w/ör+d<&>%:~`;
/** As long as the other: what stands around them is the same. */
const another = 'qQ=z?0_1!y2#x3@v4;ö'.padEnd(secret.length, '5');
const keyOf = (lines: string[]) =>
  `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.map((text) => text.repeat(9).slice(0, 70)).join('\n')}\nAAAAC3Nz\n-----END OPENSSH PRIVATE KEY-----\n`;
const key = keyOf(['b3BlbnNz', 'QyNTUxOQ', 'AAAEA9zK']);
const anotherKey = keyOf(['x0y1z2w3', 'Y4Z5X6W7', 'k8l9m0n1']);

const bytes = (text: string) => Buffer.from(text, 'utf8');
const wrap = (text: string, width: number) => text.replaceAll(new RegExp(`(.{${width}})`, 'g'), '$1\n');
const forms: Record<string, (text: string) => string> = {
  plain: (text) => text,
  'base64 of it alone': (text) => bytes(text).toString('base64'),
  'base64 of user:secret': (text) => bytes(`user:${text}`).toString('base64'),
  'base64 of login=secret&more': (text) => bytes(`login=${text}&more`).toString('base64'),
  base64url: (text) => bytes(text).toString('base64url'),
  'base64 in lines of 76': (text) => wrap(bytes(text).toString('base64'), 76),
  hex: (text) => bytes(text).toString('hex'),
  'HEX in lines of 60': (text) => wrap(bytes(text).toString('hex').toUpperCase(), 60),
  'URL encoded': (text) => encodeURIComponent(text),
  'URL encoded in a form, in small letters': (text) =>
    new URLSearchParams({ text })
      .toString()
      .slice(5)
      .replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
  JSON: (text) => JSON.stringify(text),
  'JSON of Go': (text) =>
    JSON.stringify(text).replaceAll(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
  'JSON of Python': (text) => JSON.stringify(text).replaceAll('ö', '\\u00f6'),
  'quoted by the shell': (text) => text.replaceAll("'", `'\\''`),
  'with the line ends of Windows': (text) => text.replaceAll('\n', '\r\n'),
  'in colours': (text) => [...text].map((letter) => `\x1B[3${letter.length}m${letter}`).join(''),
  'with what cannot be seen between its letters': (text) => [...text].join('\u200B\0'),
  'under the title of a terminal': (text) => `${text.slice(0, 7)}\x1B]0;title\x07${text.slice(7)}`,
};

/** What is kept of an output that comes in pieces. */
function kept(output: string, cuts: number[], secrets: string[]): string {
  const tail = collectTail(createRedactor(secrets), 200);
  const whole = bytes(output);
  const places = [0, ...cuts.map((cut) => cut % (whole.length + 1)).toSorted((a, b) => a - b), whole.length];
  places.slice(1).forEach((to, index) => tail.push(whole.subarray(places[index], to)));
  const lines = tail.finish().join('\n');
  // What is kept whole, for a file in the thread, is as harmless as the lines.
  expect(secrets.flatMap((of) => readable(tail.whole(), of))).toEqual([]);
  return lines;
}

/** Whether any six neighbouring characters of a secret can still be read. */
function readable(text: string, of: string): string[] {
  const pieces = [...of].map((_, at) => of.slice(at, at + 6)).filter((piece) => piece.length === 6);
  return pieces.filter((piece) => !piece.includes('\n') && text.includes(piece));
}

const cuts = fc.array(fc.nat({ max: 2_000 }), { maxLength: 12 });

describe('threat 10: a secret that a step prints', () => {
  test.each(Object.entries(forms))('is hidden %s, wherever the output is cut', (_, form) => {
    fc.assert(
      fc.property(cuts, (places) => {
        const said = kept(`before ${form(secret)} after\n`, places, [secret]);
        expect(said).toContain('•••');
        expect(readable(said, form(secret)).filter((piece) => !form(another).includes(piece))).toEqual([]);
        expect(readable(said, secret)).toEqual([]);
        expect(said).toMatch(/^before .*after$/s);
      }),
      { numRuns: 60 },
    );
  });

  test.each(Object.entries(forms))('is hidden %s where it is a key of several lines', (_, form) => {
    fc.assert(
      fc.property(cuts, (places) => {
        const said = kept(`before ${form(key)} after\n`, places, [key]);
        expect(readable(said, form(key)).filter((piece) => !form(anotherKey).includes(piece))).toEqual([]);
        expect(readable(said, key)).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  test('of two lines is hidden whole where Windows line ends are cut in two', () => {
    const output = 'x first\r\nsecond y';
    const cutAnywhere = Array.from({ length: output.length }, (_, at) =>
      kept(output, [at], ['first\nsecond']),
    );
    expect(new Set(cutAnywhere)).toEqual(new Set(['x ••• y']));
  });

  test('is hidden line by line where a key is printed in another order and indented', () => {
    const lines = key.trim().split('\n').toReversed();
    const said = kept(lines.map((line) => `    ${line}  # key\n`).join(''), [], [key]);
    expect(readable(said, key)).toEqual([]);
    expect(said.match(/# key/g)).toHaveLength(lines.length);
  });

  test('is hidden whole where it begins with another secret, or where two overlap', () => {
    fc.assert(
      fc.property(cuts, (places) => {
        const said = kept('x abcdef-long-tail y abcdefabcdefzz', places, [
          'abcdef',
          'abcdef-long-tail',
          'defabcdefzz',
        ]);
        expect(said.replaceAll(/(•••)+/g, '•••')).toBe('x ••• y •••');
      }),
    );
  });

  test('that repeats itself without end is held back in bounded memory and hidden', () => {
    const redactor = createRedactor(['aaaaaaa']);
    let said = '';
    for (let chunk = 0; chunk < 1_000; chunk += 1) said += redactor.push('a'.repeat(100));
    expect(said + redactor.flush()).toBe('•••');
  });

  test('loses none of the text around it, whatever that is and wherever it is cut', () => {
    const text = fc.string({ unit: fc.constantFrom('c', 'a', 'n', 'r', 'y', '-', '1', ' '), maxLength: 40 });
    fc.assert(
      fc.property(text, text, cuts, (before, after, places) => {
        const output = `${before}canary-1${after}`;
        const redactor = createRedactor(['canary-1']);
        const ends = [
          ...places.map((cut) => cut % (output.length + 1)).toSorted((a, b) => a - b),
          output.length,
        ];
        let at = 0;
        let said = '';
        for (const end of ends) {
          said += redactor.push(output.slice(at, end));
          at = end;
        }
        expect(said + redactor.flush()).toBe(output.replaceAll('canary-1', '•••'));
      }),
    );
  });

  test('is not looked for where it is shorter than six characters: no letter of the output is lost', () => {
    expect(kept('a banana and 12345', [], ['a', 'an', '12345'])).toBe('a banana and 12345');
    expect(kept('a banana and 123456', [], ['123456'])).toBe('a banana and •••');
  });
});

describe('threat 9: what a step prints', () => {
  test('loses colours, titles, links, cursor moves, marks of direction and NUL, and keeps its words', () => {
    const output =
      '\x1B[31mred\x1B[0m \x1B]8;;https://evil\x1B\\link\x1B]8;;\x1B\\ \x1B[2K\x1B(Bok\0 \u202Egnp.exe\u2066\u{E0041}\x9B1m';
    expect(kept(`${output}\n`, [], [])).toBe('red link ok gnp.exe');
  });

  test('shows of a progress bar what a terminal would show in the end', () => {
    expect(kept('10%\r50%\r100%\r\nnext\rNEXT\n', [], [])).toBe('100%\nNEXT');
  });

  test('is the same wherever it is cut', () => {
    const output = 'one\r\n\x1B[1;31mtwo\x1B[0m\x1B]0;t\x07 é\u200B three\r\r\n\x1B]never closed\nfour \x1B';
    const whole = kept(output, [], []);
    fc.assert(fc.property(cuts, (places) => kept(output, places, []) === whole));
    expect(whole).toBe('one\ntwo é three\n]never closed\nfour');
  });

  test('is cut to bounded lines, in whole characters, where it has no line end', () => {
    const said = kept(`x${'😀'.repeat(300)}\n`, [], []);
    expect(said.length).toBeLessThan(500);
    expect(Buffer.from(said, 'utf8').toString('utf8')).toBe(said);
    expect(kept('a'.repeat(100_000) + 'b'.repeat(1_000), [50_000], []).length).toBeLessThan(500);
    expect(kept('a'.repeat(100_000) + 'b'.repeat(10_000), [50_000], [])).toMatch(/^b+…$/);
  });
});
