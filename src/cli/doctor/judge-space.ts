const mebibyte = 1_048_576;
const faultBelow = 100 * mebibyte;
const warningBelow = 1_024 * mebibyte;

/** Whether so much free space, in bytes, lasts for a deployment. */
export function judgeSpace(freeBytes: number): { state: 'ok' | 'warning' | 'fault'; message: string } {
  const free = `${Math.floor(freeBytes / mebibyte)} MiB free`;
  if (freeBytes < faultBelow)
    return { state: 'fault', message: `only ${free}; make room for at least 1 GiB` };
  if (freeBytes < warningBelow) return { state: 'warning', message: `${free}; make room for at least 1 GiB` };
  return { state: 'ok', message: free };
}
