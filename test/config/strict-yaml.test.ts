import { describe, expect, test } from 'vitest';

import { parseStrictYaml } from '../../src/config/strict-yaml.ts';
import { edited, faultsOf, sample } from './sample.ts';

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
