/** Tells a requester of a start or an end of their own deployment, which nobody has to do anything about. */
const newsKind = 'news';

/** The key of a message to the requester of a deployment; `news`: nothing failed, and nobody is needed. */
export function ownKey(
  deployment: number,
  { kind, which, to }: { kind: 'news' | 'needed'; which: string | number; to: string },
): string {
  return `notice:own:${deployment}:${kind}:${which}:${to}`;
}

/** Whether a message tells only of a start or an end. */
export function isOnlyNews(key: string): boolean {
  const [, about, , kind] = key.split(':');
  return about === 'own' && kind === newsKind;
}
