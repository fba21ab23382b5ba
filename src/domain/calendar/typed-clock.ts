/** What typed words say about the hour: one, none, one that could be two, or one that no clock shows. */
export type TypedClock =
  | { hour: string; rest: string[] }
  /** `tomorrow 9`: its readings, to stand in the place of the number. */
  | { either: string[]; rest: string[] }
  /** The 24-hour reading of an hour such as `21pm`, where it has one. */
  | { impossible: string | null }
  | { missing: true };

/** Finds the one word that names an hour, `21:00`, `9pm`, `9:30 pm` or `noon`; in lower case. */
export function typedClock(words: string[]): TypedClock {
  const joined = joinHalves(words);
  const index = joined.findIndex((word) => /^\d{1,2}(:\d{2}){1,2}([ap]m)?$|^\d{1,2}[ap]m$|^noon$/.test(word));
  if (index === -1) return bareHour(joined);
  const word = joined[index] ?? '';
  const rest = joined.toSpliced(index, 1);
  const hour = word === 'noon' ? '12:00' : readHour(word);
  if (hour !== null) return { hour, rest };
  return { impossible: readHour(word.replace(/[ap]m$/, '').replace(/^(\d{1,2})$/, '$1:00')) };
}

/** `9 pm` is one word. */
function joinHalves(words: string[]): string[] {
  return words.flatMap((word, index) => {
    const next = words[index + 1];
    if (/^\d{1,2}(:\d{2})?$/.test(word) && (next === 'am' || next === 'pm')) return [`${word}${next}`];
    return (word === 'am' || word === 'pm') && index > 0 ? [] : [word];
  });
}

/** `21:00` of a word; null where no clock shows it. Seconds are taken where they are none. */
function readHour(word: string): string | null {
  const match = /^(\d{1,2})(?::(\d{2}))?(?::00)?([ap]m)?$/.exec(word);
  if (!match) return null;
  const [, typed = '', minutes = '00', half] = match;
  const hours = Number(typed);
  if (Number(minutes) > 59 || hours > 23 || (half !== undefined && (hours < 1 || hours > 12))) return null;
  const hour = half === undefined ? hours : (hours % 12) + (half === 'pm' ? 12 : 0);
  return `${String(hour).padStart(2, '0')}:${minutes}`;
}

/** A number alone at the end: in the morning or in the evening, or no hour at all, nobody can say. */
function bareHour(words: string[]): TypedClock {
  const last = words.at(-1) ?? '';
  if (!/^\d{1,2}$/.test(last)) return { missing: true };
  const readings = [`${last}:00`, `${last}pm`].map(readHour).filter((hour) => hour !== null);
  return readings.length === 0
    ? { missing: true }
    : { either: [...new Set(readings)], rest: words.slice(0, -1) };
}
