import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** False where openssl is not installed; with CI=true that is a fault and no reason to skip. */
export const hasOpenssl = existsSync('/usr/bin/openssl');
if (!hasOpenssl && process.env['CI'] === 'true')
  throw new Error('openssl is not installed, and with CI=true nothing is skipped');

/** A key with its certificate, and the file of the authority that a client has to trust for it. */
export interface Certificate {
  key: string;
  cert: string;
  authority: string;
}

/** A certificate for a name (`IP:127.0.0.1`, `DNS:sched`), which is its own authority. */
export function makeCertificate(name: string): Certificate {
  const directory = mkdtempSync(join(tmpdir(), 'lamplighter-certificate-'));
  const [key, authority] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const names = ['-addext', `subjectAltName=${name}`];
  const asked = 'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=lamplighter-test';
  execFileSync('openssl', [...asked.split(' '), ...names, '-keyout', key, '-out', authority], {
    stdio: 'ignore',
  });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(authority, 'utf8'), authority };
}
