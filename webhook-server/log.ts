import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from './config.ts';
import { redact } from './secrets/redact.ts';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/**
 * Fields that hold secrets wherever they turn up, for example in an error that somebody else's library made: Node's error
 * about a URL quotes it as `input`.
 */
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
 * Logs JSON lines. Keys, hook URLs and signing secrets are never handed to it; should one get into an error's message
 * all the same, it is taken out of the line.
 *
 * @param destination where to; standard output unless told.
 */
export const createLog = (level: Config['logLevel'], destination: DestinationStream = pino.destination(1)): Logger =>
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
