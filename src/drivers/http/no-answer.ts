import type { HttpCall } from './http.ts';

/** What was tried when there came no whole answer. */
export interface Attempted {
  call: HttpCall;
  /** The server's origin. */
  address: string;
  timeoutMs: number;
  isLate: boolean;
}

/** There was an answer that is of no use; the message goes on where "GET /path" stands before it. */
export class NoUse extends Error {
  override name = 'NoUse';
}

const ofCertificates = /^(?:CERT_|ERR_TLS_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY))/;

/** Why there was no whole answer, in one sentence with the way out where there is one. */
export function sayFailure(error: unknown, { call, address, timeoutMs, isLate }: Attempted): string {
  const called = `${call.method} ${call.path}`;
  if (isLate) return `${called} had no whole answer in ${timeoutMs / 1_000} s`;
  if (error instanceof NoUse) return `${called} ${error.message}`;
  const code = codeOf(error);
  if (ofCertificates.test(code))
    return `the certificate of ${address} is not trusted (${code}); name its authority with ca, or mend the certificate`;
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || /^E[A-Z0-9]+$/.test(code))
    return `${address} cannot be reached (${code})`;
  return `${called} broke off (${code})`;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error.cause instanceof Error ? error.cause : error;
  return 'code' in inner && typeof inner.code === 'string' ? inner.code : inner.name;
}
