import { type Logger, pino, stdSerializers } from 'pino';
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
    format === 'pretty'
      ? pretty({ destination: 2, sync: true, ignore: 'pid,hostname' })
      : pino.destination(2);
  return pino(options, stream);
}
