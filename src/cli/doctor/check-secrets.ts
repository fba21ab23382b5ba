import { statSync } from 'node:fs';

import type { SecretReference } from '../../domain/configured/connection.ts';
import type { Environment } from '../../domain/configured/environment.ts';
import { shortestHidden } from '../../drivers/secret-forms.ts';
import { type Finding, reportOn, sentenceOf } from './finding.ts';

const { ok, warning, fault } = reportOn('secrets');

/** Reads every secret that the environments name, and says of each only whether it can be read. */
export function checkSecrets(
  environments: Environment[],
  readSecret: (reference: SecretReference) => string,
): Finding[] {
  const named = new Map(environments.flatMap(secretsIn).map((reference) => [nameOf(reference), reference]));
  return [...named].map(([name, reference]) => checkSecret(name, reference, readSecret));
}

function checkSecret(
  name: string,
  reference: SecretReference,
  readSecret: (reference: SecretReference) => string,
): Finding {
  let secret: string;
  try {
    secret = readSecret(reference);
  } catch (error) {
    return fault(name, sentenceOf(error));
  }
  if ('file' in reference && (statSync(reference.file).mode & 0o077) !== 0)
    return warning(name, `others on this machine can read it; run chmod 600 ${reference.file}`);
  if (secret.length < shortestHidden)
    return warning(
      name,
      `is shorter than ${shortestHidden} characters, so it is not hidden where a step prints it; take a longer one`,
    );
  return ok(name, 'can be read');
}

function nameOf(reference: SecretReference): string {
  return 'env' in reference ? `env ${reference.env}` : `file ${reference.file}`;
}

/** Every reference in a configured value, however deep it stands. */
function secretsIn(value: unknown): SecretReference[] {
  if (typeof value !== 'object' || value === null) return [];
  const entries = Object.entries(value);
  const [key, name] = entries[0] ?? [];
  if (entries.length === 1 && typeof name === 'string') {
    if (key === 'env') return [{ env: name }];
    if (key === 'file') return [{ file: name }];
  }
  return entries.flatMap(([, inner]) => secretsIn(inner));
}
