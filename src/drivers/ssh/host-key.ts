import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { Unreachable } from '../command.ts';

/** A host key that a server may show, and the names under which it is asked for. */
export interface PinnedKey {
  key: Buffer;
  algorithms: (
    | 'ssh-ed25519'
    | 'ecdsa-sha2-nistp256'
    | 'ecdsa-sha2-nistp384'
    | 'ecdsa-sha2-nistp521'
    | 'rsa-sha2-512'
    | 'rsa-sha2-256'
  )[];
}

/** The keys pinned for a server, one at least. Without any it is unreachable: nothing is accepted unseen. */
export function pinnedFor({ pin, host, port }: Address, where: string): PinnedKey[] {
  const pins = readFrom({ pin, host, port }, where);
  if (pins.length > 0) return pins;
  throw new Unreachable(
    `${where}: its host key is not pinned: no entry in known_hosts names it with a key that is not revoked`,
  );
}

interface Address {
  pin: { hostKey: string } | { knownHosts: string };
  host: string;
  port: number;
}

function readFrom({ pin, host, port }: Address, where: string): PinnedKey[] {
  try {
    return readPins(pin, host, port);
  } catch (error) {
    if (!('knownHosts' in pin)) throw error;
    const why = (error as NodeJS.ErrnoException).code ?? String(error);
    const scan = port === 22 ? host : `-p ${port} ${host}`;
    throw new Unreachable(
      `${where}: its host key is not pinned: ${pin.knownHosts} cannot be read (${why}); write what ssh-keyscan ${scan} says there, compared with the server's own word`,
    );
  }
}

/**
 * The keys pinned for a server: one from the configuration, or all that a known_hosts file has for exactly this name.
 * A key that the file revokes for anybody is pinned for nobody, and an authority vouches for no key here.
 */
export function readPins(
  pin: { hostKey: string } | { knownHosts: string },
  host: string,
  port: number,
): PinnedKey[] {
  if ('hostKey' in pin) return parseKey(pin.hostKey);
  const name = port === 22 ? host : `[${host}]:${port}`;
  const lines = readFileSync(pin.knownHosts, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([first = '']) => first !== '' && !first.startsWith('#'));
  const revoked = lines
    .filter(([mark]) => mark === '@revoked')
    .map(([, , , base64 = '']) => Buffer.from(base64, 'base64'));
  return lines
    .filter(([names = '']) => !names.startsWith('@') && isNamed(names.split(','), name))
    .flatMap(([, ...rest]) => parseKey(rest.join(' ')))
    .filter(({ key }) => !revoked.some((gone) => gone.equals(key)));
}

/** Patterns name nobody here; only what they leave out counts. */
function isNamed(entries: string[], name: string): boolean {
  const isLeftOut = entries.some((entry) => entry.startsWith('!') && fitsPattern(entry.slice(1), name));
  return !isLeftOut && entries.some((entry) => matches(entry, name));
}

function fitsPattern(pattern: string, name: string): boolean {
  const source = [...pattern]
    .map(
      (character) => ({ '*': '.*', '?': '.' })[character] ?? `\\u{${character.codePointAt(0)?.toString(16)}}`,
    )
    .join('');
  return new RegExp(`^${source}$`, 'u').test(name);
}

function matches(entry: string, name: string): boolean {
  if (!entry.startsWith('|1|')) return entry === name;
  const [salt = '', hash = ''] = entry.slice(3).split('|');
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

function parseKey(text: string): PinnedKey[] {
  const [type = '', base64 = ''] = text.trim().split(/\s+/);
  const key = Buffer.from(base64, 'base64');
  switch (type) {
    case 'ssh-ed25519':
    case 'ecdsa-sha2-nistp256':
    case 'ecdsa-sha2-nistp384':
    case 'ecdsa-sha2-nistp521':
      return [{ key, algorithms: [type] }];
    case 'ssh-rsa':
      return [{ key, algorithms: ['rsa-sha2-512', 'rsa-sha2-256'] }];
    default:
      return [];
  }
}

/** `SHA256:…`, the way ssh writes it. */
export function sayFingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replaceAll('=', '')}`;
}
