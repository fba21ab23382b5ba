import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';

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

/** The keys pinned for a server: one from the configuration, or all that a known_hosts file has for it. */
export function readPins(
  pin: { hostKey: string } | { knownHosts: string },
  host: string,
  port: number,
): PinnedKey[] {
  if ('hostKey' in pin) return parseKey(pin.hostKey);
  const name = port === 22 ? host : `[${host}]:${port}`;
  return readFileSync(pin.knownHosts, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [names = '', ...rest] = line.trim().split(/\s+/);
      const named =
        !names.startsWith('#') &&
        !names.startsWith('@') &&
        names.split(',').some((entry) => matches(entry, name));
      return named ? parseKey(rest.join(' ')) : [];
    });
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
