import { pino } from 'pino';
import pretty from 'pino-pretty';
import { traceFacts } from './core/telemetry.ts';
import { trail } from './core/trail.ts';

/** Structured logging. Call sites give ids and short facts; never tokens, signed URLs or whole activities. */
export type Log = {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
};

export type LogOptions = {
  readonly level: string;
  readonly human: boolean;
  /** Where the lines go; stderr unless said. */
  readonly to?: { write(line: string): void };
};

/** One JSON object a line on stderr; readable lines when `human`. stdout is for what was asked for. */
export function createLog(options: LogOptions): Log {
  const settings = {
    level: options.level,
    base: null,
    mixin: bearings,
    redact: {
      paths: ['*.token', '*.poller', '*.authorization', 'token', 'poller', 'authorization'],
      censor: '[secret]',
    },
    serializers: { error: describeError },
  };
  if (options.to) return pino(settings, options.to);
  return options.human
    ? pino(settings, pretty({ destination: 2, sync: true, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' }))
    : pino(settings, pino.destination({ dest: 2, sync: true }));
}

/** Each line says by itself which job it is about, and in which trace. */
function bearings(): object {
  const followed = trail();
  return { ...(followed && { jobId: followed.jobId, conversation: followed.conversation }), ...traceFacts() };
}

/** A surprise keeps its stack, but nothing that an HTTP client hung on it: requests carry tokens. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error).slice(0, 500) };
  return { name: error.name, message: error.message.slice(0, 500), stack: error.stack?.slice(0, 4000) };
}
