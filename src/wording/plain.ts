/** Our sentences without their marks, for a terminal: `*bold*`, `_emphasis_`, code and mentions become plain words. */
export function plainText(text: string, nameOf: (id: string) => string = (id) => id): string {
  return text
    .replaceAll(/<@([UW][A-Z0-9]+)>/g, (_whole, id: string) => `@${nameOf(id)}`)
    .replaceAll(/<!subteam\^(S[A-Z0-9]+)>/g, (_whole, id: string) => `@${nameOf(id)}`)
    .replaceAll(/`([^`]*)`/g, '$1')
    .replaceAll(/(^|\s)\*([^*\n]+)\*/g, '$1$2')
    .replaceAll(/(^|\s)_([^_\n]+)_/g, '$1$2');
}
