import { describe, expect, test } from 'vitest';

import { parseStrictYaml } from '../../src/config/strict-yaml.ts';
import { edited, faultsOf, load, sample } from './sample.ts';

describe('a text that could be read as something else than what is written is refused', () => {
  test.each([
    [
      'a tag',
      edited(['{ file: ./key }', '!secret ./key']),
      /^lamplighter\.yaml:\d+:\d+ Unresolved tag: !secret; write the value without a tag, secrets as \{ env: NAME \} or \{ file: PATH \}$/,
    ],
    [
      'an older YAML, in which yes is true',
      `%YAML 1.1\n---\n${sample}`,
      /^lamplighter\.yaml:1:1 the file is read as YAML 1\.2; remove the line %YAML$/,
    ],
    [
      'a second document',
      `${sample}---\nversion: 1\n`,
      /^lamplighter\.yaml:\d+:1 a second document begins here; the file holds one, so remove "---"$/,
    ],
    ['a list as a key', `${sample}? [a]\n: 1\n`, /^lamplighter\.yaml:\d+:\d+ .*keys must be strings$/],
  ])('%s', (_what, text, fault) => {
    expect(faultsOf(text)).toContainEqual(expect.stringMatching(fault));
  });

  test('a date, a version and yes stay the words that are written', () => {
    const { data, faults } = parseStrictYaml('day: 2026-12-24T00:00\nanswer: yes\nbig: 1_000\n', 'a.yaml');
    expect(faults).toEqual([]);
    expect(data).toEqual({ day: '2026-12-24T00:00', answer: 'yes', big: '1_000' });
  });

  test('a file that unfolds into millions of values is one fault', () => {
    const rows = [...'abcdefghij'].map((letter, index, all) =>
      index === 0 ? 'a: &a [x]' : `${letter}: &${letter} [${`*${all[index - 1]},`.repeat(9)}]`,
    );
    expect(parseStrictYaml(rows.join('\n'), 'a.yaml').faults).toHaveLength(1);
  });
});

describe('a file that nobody should have written is one clear answer, and soon', () => {
  test('ten thousands of unknown keys are each named, and none twice', { timeout: 100_000 }, () => {
    const keys = Array.from({ length: 60_000 }, (_, index) => `k${index}: 1\n`);
    const faults = faultsOf(`${sample}${keys.join('')}`);
    expect(faults).toHaveLength(keys.length);
    expect(faults.at(-1)).toMatch(/^lamplighter\.yaml:\d+:1 k59999: unknown key/);
  });

  test.each([
    ['Latin-1', Buffer.from(sample.replace('year end', 'fin de año'), 'latin1'), 21],
    ['UTF-16', Buffer.from(`\uFEFF${sample}`, 'utf16le'), 1],
    ['no text at all', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1]), 1],
  ])('%s names the line that is no UTF-8, and nothing else', (_what, bytes, line) => {
    expect(faultsOf(bytes)).toEqual([
      `lamplighter.yaml:${line}:1 this line is no text in UTF-8; save the file as UTF-8`,
    ]);
  });

  test('a byte order mark and the line ends of Windows change nothing', () => {
    expect(load(`\uFEFF${sample.replaceAll('\n', '\r\n')}`)).toMatchObject({ ok: true, warnings: [] });
  });
});

describe('a key that is written twice is named where it stands', () => {
  test.each([
    ['at the top', 'a: 1\nb: 2\na: 3\n', 'a.yaml:3:1 a'],
    ['in a list', 'list: [{ x: 1 }, { y: 1, y: 2 }]\n', 'a.yaml:1:26 list[1].y'],
    ['below a key', 'up:\n  down: 1\n  "down": 2\n', 'a.yaml:3:3 up.down'],
  ])('%s', (_where, text, place) => {
    expect(parseStrictYaml(text, 'a.yaml').faults).toEqual([`${place}: this key is written twice; keep one`]);
  });
});
