import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';

/** Makes a certificate for 127.0.0.1 that is its own authority; answers the files of key and certificate. */
export function makeCertificate(directory: string): { key: string; certificate: string } {
  const [key, certificate] = [join(directory, 'made.key'), join(directory, 'server.crt')];
  const what = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2', '-nodes'];
  const algorithm = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const words = ['req', '-x509', ...algorithm, ...what, '-keyout', key, '-out', certificate];
  execFileSync('openssl', words, { stdio: 'pipe' });
  chmodSync(certificate, 0o644);
  return { key, certificate };
}
