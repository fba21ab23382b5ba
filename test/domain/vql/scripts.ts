import * as fc from 'fast-check';

/** Text that is full of what means something in VQL. */
export const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "'",
        "''",
        '"',
        ';',
        '--',
        '#',
        '/*',
        '*/',
        '//',
        '\n',
        '\r\n',
        '\\',
        "\\'",
        '$',
        '${',
        '}',
        ' ',
      ),
      fc.constantFrom(
        'BEGIN',
        'END',
        'CASE',
        'IF',
        'CREATE VQL PROCEDURE p',
        'DROP DATABASE admin',
        '${x}',
        'é',
        '😀',
        '\uFEFF',
      ),
      fc.string({ maxLength: 6 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,6}$/).filter((text) => text !== 'end' && text !== 'case');

/** One whole statement, with whatever literals, names and comments. */
export const statementText = fc
  .array(
    fc.oneof(
      word,
      hostileText.map((text) => quote(text.replaceAll('\0', ''))),
      hostileText.map((text) => `"${text.replaceAll('"', '""')}"`),
      hostileText.map((text) => `/*${text.replaceAll('*/', '')}*/`),
      hostileText.map((text) => `-- ${text.replaceAll(/[\r\n]/g, '')}\n`),
      fc.constantFrom('(', ')', ',', '=', '.', '+'),
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((parts) => `select ${parts.join(' ')} x`);
