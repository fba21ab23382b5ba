import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { scanVql } from '../../../src/domain/vql/scan.ts';
import { readVql } from '../../../src/domain/vql/script.ts';
import { hostileText, statementText } from './scripts.ts';

describe('a VQL script is split into its statements', () => {
  it('so that nothing of it is lost, whatever it holds', () => {
    fc.assert(
      fc.property(hostileText, (script) => {
        expect([...scanVql(script)].map(({ text }) => text).join('')).toBe(script);
      }),
      { numRuns: 500 },
    );
  });

  it('exactly where its author ended them', () => {
    fc.assert(
      fc.property(fc.array(statementText, { maxLength: 6 }), (texts) => {
        const script = texts.map((text) => `${text};`).join('\n-- between; two\n');
        expect(split(script)).toEqual(texts);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    [
      'a literal with a doubled quote and a `;`',
      `ALTER X 'it''s; a';DROP Y`,
      [`ALTER X 'it''s; a'`, 'DROP Y'],
    ],
    ['a backslash, which escapes nothing', String.raw`SET '\';SET 'b'`, [String.raw`SET '\'`, "SET 'b'"]],
    ['a quoted name with a `;`', `DROP VIEW "a"";b"; X`, [`DROP VIEW "a"";b"`, 'X']],
    ['comments with quotes and `;`', "# it's; one\nA /* it's; */ b; -- it's;\nC", ["A /* it's; */ b", 'C']],
    ['empty statements', ';;A;;\n;', ['A']],
    ['a byte order mark', '\uFEFFA;B', ['A', 'B']],
    ['nothing but a comment', '-- nothing', []],
  ])('%s', (_what, script, statements) => {
    expect(split(script)).toEqual(statements);
  });

  it('with the line of each, and comments before it counted', () => {
    const script =
      "# REQUIRES-PROPERTIES-FILE - # Do not remove this comment!\n\nA 'two\nlines';\r\n\r\n-- b\nB;";
    expect(read(script).statements.map(({ line }) => line)).toEqual([3, 7]);
  });

  it('and a VQL procedure is one statement, whatever its body holds', () => {
    const procedure = [
      'CREATE OR REPLACE VQL PROCEDURE p (n OUT INTEGER)',
      "AS ( a INTEGER; CURSOR c IS 'SELECT 1; SELECT 2'; )",
      'BEGIN',
      "  -- it's not the END;",
      '  IF a > 1 THEN a := 2; ELSE a := 3; END IF;',
      '  CASE WHEN a = 1 THEN a := 2; END CASE;',
      '  a := CASE WHEN a = 1 THEN 2 END;',
      '  LOOP FETCH c INTO a; EXIT WHEN c%NOTFOUND; END LOOP;',
      'EXCEPTION WHEN OTHERS (e) THEN a := 0;',
      'END',
    ].join('\n');
    expect(split(`A;${procedure};B;`)).toEqual(['A', procedure, 'B']);
    expect(split(`A;${procedure}`)).toEqual(['A', procedure]);
  });

  it.each([
    ["A;\nB 'x", 'line 2: the literal that begins here is never closed'],
    ['A "x', 'line 1: the quoted name that begins here is never closed'],
    ['A\n/* x', 'line 2: the comment that begins here is never closed'],
    [
      'A;\nCREATE VQL PROCEDURE p () AS (a INT;) BEGIN a := 1;',
      'line 2: the VQL procedure that begins here has no END',
    ],
  ])('and refused where something is never closed: %j', (script, fault) => {
    expect(readVql(script)).toEqual({ ok: false, fault });
  });

  it.each([
    ['# REQUIRES-PROPERTIES-FILE - # Do not remove this comment!\nA;', true],
    ['\uFEFF# REQUIRES-PROPERTIES-FILE - #\nA;', true],
    ['A;\n# REQUIRES-PROPERTIES-FILE - #', false],
  ])('and says whether it was exported with properties: %j', (script, isParameterised) => {
    expect(read(script).isParameterised).toBe(isParameterised);
  });
});

function split(script: string): string[] {
  return read(script).statements.map(({ text }) => text);
}

function read(script: string) {
  const found = readVql(script);
  if (!found.ok) throw new Error(found.fault);
  return found.value;
}
