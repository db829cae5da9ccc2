import { type DestinationStream, type LevelWithSilent, type Logger, pino } from 'pino';
import { redact } from './secrets/redact.ts';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** Fields that may hold secrets, also in errors of libraries: Node's error about a URL quotes it as `input`. */
const secretFields = [
  'authorization',
  'api_key',
  'apiKey',
  'input',
  'key',
  'password',
  'secret',
  'target_url',
  'token',
];

const paths = secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

const { errWithCause } = pino.stdSerializers;

/**
 * Logs JSON lines. No caller passes keys, hook URLs or signing secrets to it; should one appear in an error's message all
 * the same, it is redacted.
 */
export const createLog = (level: LevelWithSilent, destination: DestinationStream): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: errWithCause, cause: errWithCause },
      redact: { paths, censor: '[secret]' },
      hooks: { streamWrite: redact },
    },
    destination,
  );
