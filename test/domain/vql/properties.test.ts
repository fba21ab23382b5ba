import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fillVql, propertiesOf } from '../../../src/domain/vql/properties.ts';
import { scanVql } from '../../../src/domain/vql/scan.ts';
import { readVql } from '../../../src/domain/vql/script.ts';
import { hostileText } from './scripts.ts';

const script = `# \${in.a.comment}
ALTER DATASOURCE JDBC ds DATABASEURI = '\${db.URI};x=\${db.X}'
  USERPASSWORD = '\${db.PASSWORD}' \${db.PASSWORD.ENCRYPTED};
CONNECT DATABASE "\${name}";`;

describe('properties of a VQL script', () => {
  it('are found in literals, in quoted names and bare, and not in comments', () => {
    expect(propertiesOf(read(script).statements)).toEqual([
      'db.URI',
      'db.X',
      'db.PASSWORD',
      'db.PASSWORD.ENCRYPTED',
      'name',
    ]);
  });

  it('are replaced: quotes are doubled in a literal, and a `;` in a value ends nothing', () => {
    const values = {
      'db.URI': "jdbc:jtds://a;it's",
      'db.X': "';DROP DATABASE admin;--",
      'db.PASSWORD': 'a\\b',
      'db.PASSWORD.ENCRYPTED': 'ENCRYPTED',
      name: 'sales',
    };
    expect(fill(script, values)).toEqual({
      ok: true,
      value: [
        {
          line: 2,
          text: `ALTER DATASOURCE JDBC ds DATABASEURI = 'jdbc:jtds://a;it''s;x='';DROP DATABASE admin;--'
  USERPASSWORD = 'a\\b' ENCRYPTED`,
        },
        { line: 4, text: 'CONNECT DATABASE "sales"' },
      ],
    });
  });

  it('never leave the literal they stand in, whatever their value is', () => {
    fc.assert(
      fc.property(hostileText, hostileText, (before, value) => {
        const literal = `'${before.replaceAll("'", "''").replaceAll('$', '')}\${p}'`;
        const filled = fill(`SET 'x' = ${literal} y; Z`, { p: value.replaceAll('\0', '') });
        if (!filled.ok) throw new Error(filled.faults.join());
        const kinds = [...scanVql(filled.value[0]?.text ?? '')].filter(({ kind }) => kind !== 'space');
        expect(kinds.map(({ kind }) => kind)).toEqual(['word', 'literal', 'symbol', 'literal', 'word']);
        expect(filled.value).toHaveLength(2);
        expect(kinds[3]?.text.slice(1, -1).replaceAll("''", "'")).toBe(
          before.replaceAll('$', '') + value.replaceAll('\0', ''),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('outside quotes are one word or nothing at all', () => {
    fc.assert(
      fc.property(hostileText, (value) => {
        const filled = fill('A ${p} B;C', { p: value });
        const isWord = /^[A-Za-z0-9_.]*$/.test(value);
        expect(filled.ok).toBe(isWord);
        if (filled.ok) expect(filled.value.map(({ text }) => text)).toEqual([`A ${value || ' '} B`, 'C']);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["A 'x'${p}'; DROP DATABASE admin'", "A 'x' '; DROP DATABASE admin'"],
    ['A -${p}- B', 'A - - B'],
    ['A /${p}* B */', 'A / * B */'],
  ])('that are empty join nothing to anything: %j', (text, expected) => {
    expect(fill(text, { p: '' })).toEqual({ ok: true, value: [{ line: 1, text: expected }] });
  });

  it.each([
    ["A;\nB '\n${p}'", {}, 'line 3: property p has no value'],
    ["A '${constructor}'", {}, 'line 1: property constructor has no value'],
    [
      'A ${p}',
      { p: "x'; DROP DATABASE admin; --secret" },
      'line 1: property p stands outside quotes, and its value holds something else than letters, digits, "." and "_"',
    ],
    [
      'A "${p}"',
      { p: 'a"; DROP' },
      'line 1: property p stands outside quotes, and its value holds something else than letters, digits, "." and "_"',
    ],
    ["A '${p}'", { p: 'a\0b' }, 'line 1: property p has a value that holds a NUL character'],
  ])('are refused with line, name and reason, and without their value: %j', (text, values, fault) => {
    expect(fill(text, values)).toEqual({ ok: false, faults: [fault] });
  });

  it('hold properties of their own only as text: a value is never looked into', () => {
    expect(fill("A '${p}'", { p: '${q}', q: 'secret' })).toEqual({
      ok: true,
      value: [{ line: 1, text: "A '${q}'" }],
    });
  });
});

function fill(text: string, values: Record<string, string>) {
  return fillVql(read(text), new Map(Object.entries(values)));
}

function read(text: string) {
  const found = readVql(text);
  if (!found.ok) throw new Error(found.fault);
  return found.value;
}
