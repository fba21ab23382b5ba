import type { JsonObject } from './json.ts';

/** Slack says no: `{ ok: false, error: code, ...detail }`. */
export class Refused extends Error {
  readonly code: string;
  readonly detail: JsonObject;

  constructor(code: string, detail: JsonObject = {}) {
    super(code);
    this.code = code;
    this.detail = detail;
  }
}

/** Refuses with the faults as Slack lists them in `response_metadata`; does nothing when there are none. */
export function refuseFaults(code: string, faults: string[]): void {
  if (faults.length > 0) throw new Refused(code, { response_metadata: { messages: faults } });
}
