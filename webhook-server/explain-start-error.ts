import { ConfigError } from './config.ts';
import { errorCode } from './error-code.ts';
import { EncryptionKeyError } from './secrets/encryption-key.ts';
import { SealBroken } from './secrets/vault.ts';
import { StoreError } from './store/store.ts';

/** Errors whose messages are sentences for the operator. */
const operatorErrors = [ConfigError, EncryptionKeyError, StoreError, SealBroken];

const choose = 'Set it to 127.0.0.1 for this machine alone, or to 0.0.0.0 for all of its addresses.';
const foreignAddress = `HOST is no address of this machine. ${choose}`;
const unknownName = `HOST is a name without an address. ${choose}`;

/** Why a server cannot listen, by the code of the error. */
const listenSentences: Record<string, string> = {
  EADDRINUSE:
    'The port is in use by another program. Stop that one, or choose another port with PORT, and for the metrics with METRICS_PORT.',
  EACCES: 'The port may not be used by this user. Choose one above 1023 with PORT.',
  EADDRNOTAVAIL: foreignAddress,
  EAFNOSUPPORT: foreignAddress,
  EINVAL: foreignAddress,
  ENOTFOUND: unknownName,
  EAI_AGAIN: unknownName,
};

/** Node names the call that failed: other calls give the same codes for other reasons. */
const isAboutListening = (error: Error): boolean =>
  'syscall' in error && (error.syscall === 'listen' || error.syscall === 'bind' || error.syscall === 'getaddrinfo');

/** A sentence for what the operator can fix; the stack for anything else. */
export const explainStartError = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (operatorErrors.some((kind) => error instanceof kind)) return error.message;
  const sentence = isAboutListening(error) ? listenSentences[errorCode(error) ?? ''] : undefined;
  return sentence ?? error.stack ?? error.message;
};
