const longest = 80;
const longestSaid = 500;

/** Text that came from outside, as code inside a sentence of ours: it can neither mention, link, hide nor break out. */
export function quote(text: string): string {
  return `\`${harmless(text, longest)}\``;
}

/** What a server, a program or a file said, to stand inside a sentence of ours: one line, and no mark of ours in it. */
export function harmless(text: string, length = longestSaid): string {
  const plain = stripHidden(text)
    .replaceAll('`', "'")
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .replaceAll(/\s+/g, ' ');
  const characters = [...plain.trim()];
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : characters.join('');
}

/** Without control characters (line ends and tabs stay) and without marks that turn the direction of reading. */
export function stripHidden(text: string): string {
  return text.replaceAll(/(?![\t\n\r])[\p{Cc}\p{Cf}]/gu, '');
}
