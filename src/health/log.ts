import { type DestinationStream, type Logger, type LoggerOptions, pino, stdSerializers } from 'pino';
import pretty from 'pino-pretty';

import { StoreUnavailable } from '../store/unavailable.ts';

/** How the product logs. */
export interface LogOptions {
  level: string;
  format: 'json' | 'pretty';
}

/**
 * The one log, on standard error so that commands keep standard output for their answers. While the database cannot be
 * used, every loop fails each second: that is said once where it is noticed, and not again by each of them.
 */
export function createLog({ level, format }: LogOptions): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    serializers: { error: stdSerializers.err },
    hooks: {
      logMethod(words, write) {
        if (!failedForTheStore(words[0])) write.apply(this, words);
      },
    },
  };
  const stream =
    format === 'pretty' ? pretty({ destination: 2, sync: true, ignore: 'pid,hostname' }) : plainDestination();
  return pino(options, stream);
}

function failedForTheStore(line: unknown): boolean {
  return Object(line).error instanceof StoreUnavailable;
}

const maxWaitingBytes = 1_048_576;

/**
 * Where standard error takes nothing, as on a full disk, up to 1 MiB waits for it and the rest is dropped: no deployment
 * stops for its log, nor does the end of the process, where pino would otherwise try for ever.
 */
function plainDestination(): DestinationStream {
  const destination = pino.destination({ dest: 2, maxLength: maxWaitingBytes });
  const flush = destination.flushSync.bind(destination);
  let isRefused = false;
  destination.on('error', () => (isRefused = true));
  destination.on('write', () => (isRefused = false));
  destination.flushSync = () => (isRefused ? undefined : flush());
  return destination;
}
