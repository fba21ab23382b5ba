import { Lamp } from '../icons.tsx';

/** A drawn picture of somebody: initials on a colour of their own, or the lamp. */
export function Avatar({ id, name, isApp = false }: { id: string; name: string; isApp?: boolean }) {
  if (isApp)
    return (
      <span class="avatar avatar-app" aria-hidden="true">
        <Lamp />
      </span>
    );
  return (
    <span class="avatar" aria-hidden="true" style={{ '--hue': String(hueOf(id)) }}>
      {name.slice(0, 1).toUpperCase()}
    </span>
  );
}

/** A hue from 0 to 359 that is always the same for the same words, and far apart for words that differ little. */
export function hueOf(words: string): number {
  let sum = 7;
  for (const character of words) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 100_003;
  return Math.round((sum * 137.508) % 360);
}
