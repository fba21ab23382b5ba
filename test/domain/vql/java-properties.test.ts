import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readJavaProperties } from '../../../src/domain/vql/java-properties.ts';

describe('a Java properties file', () => {
  it.each([
    [String.raw`a.URI=jdbc\:mysql\://acme\:3306/x`, { 'a.URI': 'jdbc:mysql://acme:3306/x' }],
    ['# no=1\n! no=2\n\n  a = 1', { a: '1' }],
    ['a:1\nb 2\nc', { a: '1', b: '2', c: '' }],
    ['a=one\\\n   two\r\nb=2', { a: 'onetwo', b: '2' }],
    [String.raw`a=ends with a backslash\\` + '\nb=2', { a: 'ends with a backslash\\', b: '2' }],
    [String.raw`a\=b=\u00e9\t\q`, { 'a=b': 'é\tq' }],
    ['a=1\na=2', { a: '2' }],
    ['\uFEFFa=x=y # z', { a: 'x=y # z' }],
    ['a=1\\', { a: '1' }],
  ])('is read as Java reads it: %j', (content, expected) => {
    expect(Object.fromEntries(readJavaProperties(content))).toEqual(expected);
  });

  it('holds whatever was written into it, escaped', () => {
    const key = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.string())), (pairs) => {
        const content = pairs.map(([name, value]) => `${escaped(name)}=${escaped(value)}`).join('\n');
        expect([...readJavaProperties(content)]).toEqual([...new Map(pairs)]);
      }),
    );
  });
});

function escaped(text: string): string {
  return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
    .map((code) => String.raw`\u${code.toString(16).padStart(4, '0')}`)
    .join('');
}
