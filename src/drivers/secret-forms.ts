import { stripTerminal } from './plain-output.ts';

/** A secret shorter than this is not looked for: hiding every "a" would hide the output and not the secret. */
export const shortestHidden = 6;

/** A line of a key or of a wrapped encoding is hidden by itself from this length on. */
const shortestLine = 8;
/** Where `base64`, `openssl` and `xxd -p` break the lines of what they encode. */
const wraps = [76, 64, 60];

/** Every way in which these secrets are looked for, as they stand in an output without controls; none for short ones. */
export function formsOf(secrets: string[]): string[] {
  const forms = secrets.filter((secret) => secret.length >= shortestHidden).flatMap(formsOfOne);
  return [...new Set(forms.map(stripTerminal))].filter((form) => form.length >= shortestHidden);
}

function formsOfOne(secret: string): string[] {
  const unix = Buffer.from(secret, 'utf8').toString('utf8').replaceAll('\r\n', '\n');
  // What `echo` or `cat` hands on has a line end more or less than the secret, or those of Windows.
  const texts = [...new Set([secret, unix, unix.replaceAll('\n', '\r\n'), unix.trimEnd()])];
  return [...texts.flatMap(encodingsOf), ...linesOf(unix)];
}

function encodingsOf(text: string): string[] {
  const bytes = Buffer.from(text, 'utf8');
  const hex = bytes.toString('hex');
  const hexForms = [hex, ...wrappedLines(hex)];
  const base64 = bytes.toString('base64');
  return [
    text,
    ...[...base64Forms(bytes), ...wrappedLines(base64)].flatMap(withUrlAlphabet),
    ...hexForms,
    ...hexForms.map((form) => form.toUpperCase()),
    ...urlForms(text),
    ...jsonForms(text),
    // As `set -x` and `export -p` write it.
    text.replaceAll("'", String.raw`'\''`),
  ];
}

function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.length === 1 ? [] : lines.filter((line) => line.length >= shortestLine);
}

function wrappedLines(form: string): string[] {
  return wraps.flatMap((width) =>
    Array.from({ length: form.length <= width ? 0 : Math.ceil(form.length / width) }, (_, index) =>
      form.slice(index * width, (index + 1) * width),
    ).filter((line) => line.length >= shortestLine),
  );
}

/** The base64 of these bytes, and what of it depends on them alone when others stand before or behind. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const first = Math.ceil((offset * 8) / 6);
    const whole = Math.floor(((offset + bytes.length) * 8) / 6);
    return [text.slice(first), text.slice(first, whole)];
  });
}

function withUrlAlphabet(base64: string): string[] {
  return [base64, base64.replaceAll('+', '-').replaceAll('/', '_')];
}

/** As JavaScript, Python and a form write it. */
function urlForms(text: string): string[] {
  const usual = encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'));
  const codeOf = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return [usual, usual.replaceAll(/[!'()*]/g, codeOf), usual.replaceAll(/[!'()~]/g, codeOf)]
    .flatMap((form) => [form, form.replaceAll('%20', '+')])
    .flatMap((form) => [form, form.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())]);
}

/** As JavaScript, PHP, Go and Python write it. */
function jsonForms(text: string): string[] {
  const usual = JSON.stringify(text).slice(1, -1);
  const codeOf = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return [
    usual,
    usual.replaceAll('/', String.raw`\/`),
    usual.replaceAll(/[<>&]/g, codeOf),
    usual.replaceAll(/[^\0-~]/g, codeOf),
  ];
}
