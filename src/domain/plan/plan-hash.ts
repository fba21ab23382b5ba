import { createHash } from 'node:crypto';

import type { Plan } from './plan.ts';

/** SHA-256 over everything an approver signs; where files lie on the bot's machine is not part of it. */
export function planHash(plan: Plan): string {
  const signed = { ...plan, revisions: plan.revisions.map((revision) => ({ ...revision, directory: null })) };
  return createHash('sha256').update(canonicalJson(signed)).digest('hex');
}

/** JSON with sorted keys, so that equal content has equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}
