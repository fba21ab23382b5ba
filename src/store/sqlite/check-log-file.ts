import { readFileSync, statSync } from 'node:fs';

/*
 * SQLite takes a write-ahead log up to its first frame that does not fit, and silently drops the rest: right after a
 * power cut, which tears the last commit, and wrong for a log that was damaged in the middle.
 * The format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 */
const headerBytes = 32;
const frameHeaderBytes = 24;

/**
 * Why a write-ahead log would lose commits that were durable; null where it is sound, empty or not there. Damage in the
 * last two commits cannot be told from a power cut.
 */
export function findLogProblem(file: string): string | null {
  const log = `${file}-wal`;
  if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) < headerBytes) return null;
  const bytes = readFileSync(log);
  if (bytes.every((byte) => byte === 0)) return null;
  if (statSync(file).size === 0) return 'it is empty, and its write-ahead log is not';
  if (!isHeaderSound(bytes)) return 'the header of its write-ahead log is damaged';
  const frame = findLostFrame(bytes);
  return frame === null
    ? null
    : `frame ${frame} of its write-ahead log is damaged, and commits stand after it`;
}

function isHeaderSound(bytes: Buffer): boolean {
  const magic = bytes.readUInt32BE(0);
  if (magic !== 0x377f0682 && magic !== 0x377f0683) return false;
  return checksum(bytes, [{ from: 0, to: 24 }], [0, 0], magic) === sumAt(bytes, 24);
}

/** The first frame that does not fit, counted from 1, where two whole commits in a row stand after it. */
function findLostFrame(bytes: Buffer): number | null {
  const frameBytes = frameHeaderBytes + bytes.readUInt32BE(8);
  let firstBad: number | null = null;
  let commitsInARow = 0;
  for (let at = headerBytes, frame = 1; at + frameBytes <= bytes.length; at += frameBytes, frame += 1) {
    const fits = isFrameSound(bytes, at, frameBytes);
    if (!fits) {
      firstBad ??= frame;
      commitsInARow = 0;
    } else if (bytes.readUInt32BE(at + 4) !== 0) commitsInARow += 1;
    if (firstBad !== null && commitsInARow === 2) return firstBad;
  }
  return null;
}

/** Of this log, and following what stands written as the checksum of the frame before it. */
function isFrameSound(bytes: Buffer, at: number, frameBytes: number): boolean {
  if (bytes.compare(bytes, 16, 24, at + 8, at + 16) !== 0) return false;
  const before = at === headerBytes ? 24 : at - frameBytes + 16;
  const seed: [number, number] = [bytes.readUInt32BE(before), bytes.readUInt32BE(before + 4)];
  const parts = [
    { from: at, to: at + 8 },
    { from: at + frameHeaderBytes, to: at + frameBytes },
  ];
  return checksum(bytes, parts, seed, bytes.readUInt32BE(0)) === sumAt(bytes, at + 16);
}

function sumAt(bytes: Buffer, at: number): string {
  return `${bytes.readUInt32BE(at)} ${bytes.readUInt32BE(at + 4)}`;
}

function checksum(
  bytes: Buffer,
  parts: { from: number; to: number }[],
  seed: [number, number],
  magic: number,
): string {
  const isBigEndian = (magic & 1) === 1;
  const word = (at: number): number => (isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at));
  let [one, two] = seed;
  for (const { from, to } of parts)
    for (let at = from; at < to; at += 8) {
      one = (one + word(at) + two) >>> 0;
      two = (two + word(at + 4) + one) >>> 0;
    }
  return `${one} ${two}`;
}
