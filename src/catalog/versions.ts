/** Sorts versions, the newest first: numbers by value, words after the alphabet, and `2.0` before `2.0-rc1`. */
export function compareVersions(left: string, right: string): number {
  const [leftNumber = '', ...leftSuffix] = left.split('-');
  const [rightNumber = '', ...rightSuffix] = right.split('-');
  const byNumber = collator.compare(rightNumber, leftNumber);
  if (byNumber !== 0) return byNumber;
  if (isPreRelease(leftSuffix) !== isPreRelease(rightSuffix)) return isPreRelease(leftSuffix) ? 1 : -1;
  return collator.compare(rightSuffix.join('-'), leftSuffix.join('-'));
}

const collator = new Intl.Collator('en', { numeric: true });

/** `-hotfix1` comes after its version, `-rc1` before it. */
function isPreRelease([suffix = '']: string[]): boolean {
  return /^(alpha|beta|dev|pre|preview|rc|snapshot)/i.test(suffix);
}
