import { controlSocketIn } from '../data-files.ts';
import { errorCode } from '../error-code.ts';
import { VerbError } from './verb.ts';

/** Why a running server could not be called: a sentence where the operator can do something. */
export const explainCall = (dataFolder: string, cause: unknown): unknown => {
  const path = controlSocketIn(dataFolder);
  switch (errorCode(cause)) {
    case 'EACCES':
    case 'EPERM':
      return new VerbError(`${path} belongs to another user. Run this as the user who runs the server.`, { cause });
    case 'ECONNRESET':
    case 'EPIPE':
      return new VerbError('The server stopped before it had answered. Start it, then run this again.', { cause });
    default:
      return cause;
  }
};
