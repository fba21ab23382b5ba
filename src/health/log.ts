import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';
import pretty from 'pino-pretty';

/** How the product logs. */
export interface LogOptions {
  level: string;
  format: 'json' | 'pretty';
}

/** The one log, on standard error so that commands keep standard output for their answers. */
export function createLog({ level, format }: LogOptions): Logger {
  const options = { level, base: null, serializers: { error: stdSerializers.err } };
  const stream =
    format === 'pretty' ? pretty({ destination: 2, sync: true, ignore: 'pid,hostname' }) : plainDestination();
  return pino(options, stream);
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
