import { InvalidArgumentError } from 'commander';

/** Reads `a,b` of a flag. No name at all must not mean every server. */
export function serverNames(value: string): string[] {
  const names = value.split(',').map((name) => name.trim());
  if (!names.includes('')) return names;
  throw new InvalidArgumentError(
    'It should be names of servers with commas between them, such as web-3,web-4.',
  );
}
