/** Reads a Java `.properties` file: names with their values, in order; of two with one name the later one counts. */
export function readJavaProperties(content: string): Map<string, string> {
  const properties = new Map<string, string>();
  for (const line of logicalLines(content.replace(/^\uFEFF/, ''))) {
    const [name, value] = splitLine(line);
    properties.set(unescape(name), unescape(value));
  }
  return properties;
}

/** Lines without comments, with those that go on (a backslash at the end) put together. */
function logicalLines(content: string): string[] {
  const lines: string[] = [];
  let open: string | null = null;
  for (const natural of content.split(/\r\n|\n|\r/)) {
    const line = natural.replace(/^[ \t\f]+/, '');
    if (open === null && (line === '' || /^[#!]/.test(line))) continue;
    const text: string = (open ?? '') + line;
    open = goesOn(line) ? text.slice(0, -1) : null;
    if (open === null) lines.push(text);
  }
  if (open !== null) lines.push(open);
  return lines;
}

/** A doubled backslash at the end is a backslash, and no continuation. */
function goesOn(line: string): boolean {
  return (/\\*$/.exec(line)?.[0].length ?? 0) % 2 === 1;
}

/** The name ends at the first `=`, `:` or space that is not escaped. */
function splitLine(line: string): [string, string] {
  const name = /^(?:\\.|[^\\=:\s])*/su.exec(line)?.[0] ?? '';
  return [name, line.slice(name.length).replace(/^[ \t\f]*[=:]?[ \t\f]*/, '')];
}

const named: Record<string, string> = { t: '\t', n: '\n', r: '\r', f: '\f' };

function unescape(text: string): string {
  return text.replaceAll(
    /\\(?:u([0-9A-Fa-f]{4})|(.)|$)/gsu,
    (_whole, code: string | undefined, character: string | undefined) =>
      code === undefined
        ? (named[character ?? ''] ?? character ?? '')
        : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
