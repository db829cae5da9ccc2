// V8's flags must be set before anything else is loaded.
import './v8-flags.ts';
import { ConfigError, readConfig } from './config.ts';
import { errorCode } from './error-code.ts';
import { createLog } from './log.ts';
import { EncryptionKeyError } from './secrets/encryption-key.ts';
import { redact } from './secrets/redact.ts';
import { SealBroken } from './secrets/vault.ts';
import { startServer } from './server.ts';
import { StoreError } from './store/store.ts';

/** Errors whose messages are sentences for the operator. */
const operatorErrors = [ConfigError, EncryptionKeyError, StoreError, SealBroken];

/** A sentence for what the operator can fix; the stack for anything else. */
const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (operatorErrors.some((kind) => error instanceof kind)) return error.message;
  if (errorCode(error) === 'EADDRINUSE') {
    return 'The port is in use by another program. Stop that one, or choose another port with PORT.';
  }
  if (errorCode(error) === 'EACCES') {
    return 'The port may not be used by this user. Choose one above 1023 with PORT.';
  }
  return error.stack ?? error.message;
};

const start = async (): Promise<void> => {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  const server = await startServer(config, log);
  let isStopping = false;
  const stop = (facts: { signal?: string }): void => {
    if (isStopping) return;
    isStopping = true;
    log.info(facts, 'stopping');
    server.stop().then(
      () => log.info('stopped'),
      (error: unknown) => {
        log.error({ error }, 'the server did not stop cleanly');
        process.exitCode = 1;
      },
    );
  };
  process.on('SIGTERM', (signal) => stop({ signal }));
  process.on('SIGINT', (signal) => stop({ signal }));
  // Whoever started this process starts it anew, with what it is configured with by then.
  void server.outdated.then(({ message }) => {
    log.error({ reason: message }, 'the server cannot go on with its database');
    process.exitCode = 1;
    stop({});
  });
  // Log this last: whoever reads the line may stop the server from then on.
  log.info({ url: server.url }, 'listening');
};

try {
  await start();
} catch (error) {
  process.stderr.write(`${redact(explain(error))}\n`);
  process.exitCode = 1;
}
