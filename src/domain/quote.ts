const longest = 80;

/** Text that came from outside, as code inside a sentence of ours: it can neither mention, link, hide nor break out. */
export function quote(text: string): string {
  const plain = stripHidden(text)
    .replaceAll('`', "'")
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .replaceAll(/\s+/g, ' ');
  const characters = [...plain.trim()];
  const shown =
    characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : characters.join('');
  return `\`${shown}\``;
}

/** Without control characters (line ends and tabs stay) and without marks that turn the direction of reading. */
export function stripHidden(text: string): string {
  return text.replaceAll(/(?![\t\n\r])[\p{Cc}\p{Cf}]/gu, '');
}
