/** Readable on light and on dark, because it brings its own ground; no meaning hangs on a colour alone. */
export const colours = {
  ground: '#1b2030',
  words: '#e8ebf2',
  quiet: '#a5adbe',
  line: '#39415a',
  out: '#7d879c',
  deploying: '#4d8df6',
  verifying: '#b993f5',
  undoing: '#f0a63c',
  good: '#63c787',
  bad: '#f47c7c',
};

/** How words look. */
interface Type {
  size: number;
  weight?: 'bold';
  colour?: string;
  anchor?: 'middle';
}

/** Words at a place; nothing in them is markup. */
export function text(x: number, y: number, words: string, { size, weight, colour, anchor }: Type): string {
  const look = `font-size="${size}" fill="${colour ?? colours.words}"${weight ? ` font-weight="${weight}"` : ''}`;
  return `<text x="${x}" y="${y}" ${look}${anchor ? ` text-anchor="${anchor}"` : ''}>${escapeXml(words)}</text>`;
}

function escapeXml(words: string): string {
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/\p{Cc}/gu, ' ');
}

/** A name of at most so many letters, which loses its middle: the ends tell more. */
export function cutMiddle(name: string, length: number): string {
  const letters = [...name];
  if (letters.length <= length) return name;
  const head = Math.ceil((length - 1) / 2);
  return `${letters.slice(0, head).join('')}…${letters.slice(head + 1 - length).join('')}`;
}
