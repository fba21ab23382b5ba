/** Replaces secrets in a stream of text, also where one stands across two chunks. */
export interface Redactor {
  push(chunk: string): string;
  /** What was held back at the end. */
  flush(): string;
}

const shortest = 4;
const hidden = '•••';

/** Hides each secret of at least four characters, in its plain, base64, hex, URL and JSON forms. */
export function createRedactor(secrets: string[]): Redactor {
  const forms = [...new Set(secrets.filter((secret) => secret.length >= shortest).flatMap(formsOf))]
    .filter((form) => form.length >= shortest)
    .toSorted((left, right) => right.length - left.length);
  if (forms.length === 0) return { push: (chunk) => chunk, flush: () => '' };
  const pattern = new RegExp(forms.map(escapePattern).join('|'), 'g');
  let held = '';
  return {
    push: (chunk) => {
      const text = (held + chunk).replaceAll(pattern, hidden);
      const keep = beginningLength(text, forms);
      held = keep === 0 ? '' : text.slice(-keep);
      return keep === 0 ? text : text.slice(0, -keep);
    },
    flush: () => {
      const rest = held;
      held = '';
      return rest;
    },
  };
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const base64 = bytes.toString('base64').replaceAll('=', '');
  const json = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    ...secret.split('\n').filter((line) => line.length >= 16),
    base64,
    base64.replaceAll('+', '-').replaceAll('/', '_'),
    bytes.toString('hex'),
    encodeURIComponent(secret),
    json,
  ];
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** How many of the last characters may be the beginning of a secret. */
function beginningLength(text: string, forms: string[]): number {
  const longest = Math.min(text.length, Math.max(...forms.map((form) => form.length)) - 1);
  for (let length = longest; length > 0; length -= 1) {
    const end = text.slice(-length);
    if (forms.some((form) => form.length > length && form.startsWith(end))) return length;
  }
  return 0;
}
