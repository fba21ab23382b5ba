const name = /^[a-z]+(?:[/_+-][a-z0-9]+)*(?:\/[a-z0-9_+-]+)*$/;

/** A zone that was typed behind an hour, in any case, as the IANA list writes it; null where the word is none. */
export function typedZone(word: string): string | null {
  const isZone = word === 'utc' || word === 'gmt' || word === 'z' || (word.includes('/') && name.test(word));
  if (!isZone) return null;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: word === 'z' ? 'utc' : word }).resolvedOptions()
      .timeZone;
  } catch {
    return null;
  }
}

/** Zones whose city or list name is nearly this word: `madrid` is Europe/Madrid. At most three. */
export function zonesLike(word: string): string[] {
  const wanted = word.split('/').at(-1) ?? '';
  if (wanted.length < 3) return [];
  return Intl.supportedValuesOf('timeZone')
    .filter((zone) => zone.toLowerCase().split('/').at(-1) === wanted)
    .slice(0, 3);
}
