/** The first and the last part of a text of any length, in bounded memory. */
export interface OutputExcerpt {
  push(text: string): void;
  /** All of it where it fits; else both parts, and between them how much is left out. */
  finish(): string;
}

/** Keeps at most so many bytes of what is pushed. */
export function collectExcerpt(maxBytes: number): OutputExcerpt {
  const half = Math.floor(maxBytes / 2);
  const head: Buffer[] = [];
  const tail: Buffer[] = [];
  const size = { head: 0, tail: 0, total: 0 };
  const push = (text: string): void => {
    const bytes = Buffer.from(text);
    size.total += bytes.length;
    const room = half - size.head;
    const [first, rest] = [bytes.subarray(0, room), bytes.subarray(room)];
    if (first.length > 0) head.push(first);
    size.head += first.length;
    if (rest.length > 0) tail.push(rest);
    size.tail += rest.length;
    while (size.tail - (tail[0]?.length ?? 0) >= half) size.tail -= tail.shift()?.length ?? 0;
  };
  return {
    push,
    finish: () => {
      const [first, last] = [Buffer.concat(head), Buffer.concat(tail)];
      if (size.total <= 2 * half) return Buffer.concat([first, last]).toString('utf8');
      return joinParts(first, last.subarray(-half), size.total);
    },
  };
}

/** Cuts at the ends of lines, so that no half character and no half word stands at the seam. */
function joinParts(first: Buffer, last: Buffer, total: number): string {
  const lineFeed = 10;
  const begin = first.subarray(0, first.lastIndexOf(lineFeed) + 1 || first.length);
  const end = last.subarray(last.indexOf(lineFeed) + 1);
  const left = total - begin.length - end.length;
  return `${begin.toString('utf8')}… ${left} bytes are left out here; the whole output stands on the server …\n${end.toString('utf8')}`;
}
