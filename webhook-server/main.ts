// V8's flags must be set before anything else is loaded.
import './v8-flags.ts';
import './refuse-inspector.ts';
import './end-on-early-signals.ts';
import { fstatSync } from 'node:fs';
import { isatty } from 'node:tty';
import packageJson from '../package.json' with { type: 'json' };
import { givenVariables, readConfig, settingNames } from './config.ts';
import { describeSettings } from './describe-settings.ts';
import { endOnSignalsNoMore } from './end-on-early-signals.ts';
import { explainStartError } from './explain-start-error.ts';
import { createFileOutput } from './file-output.ts';
import { createLog, type Log } from './log.ts';
import { createLossyDestination, type Output } from './lossy-destination.ts';
import { findMisspelt } from './misspelt-settings.ts';
import { isTopo, reachTopo } from './reach-topo.ts';
import { redact } from './secrets/redact.ts';
import { type Server, startServer } from './server.ts';
import { createStreamOutput } from './stream-output.ts';

/** What is under way has this long to end after an error that nobody expected. */
const settleWithinMs = 20_000;

/** Lines that a slow reader has not read by then are lost. */
const exitWithinMs = 3_000;

const openStandardOutput = (onLost: () => void): Output => {
  const { stdout } = process;
  const kind = fstatSync(stdout.fd);
  return kind.isFIFO() || kind.isSocket() || isatty(stdout.fd)
    ? createStreamOutput(stdout, onLost)
    : createFileOutput(stdout.fd);
};

/** The process ends by itself when nothing is left to do. A pipe that nobody reads must not keep it. */
const exitSoon = (): void => {
  setTimeout(() => process.exit(), exitWithinMs).unref();
};

const warnOfMisspelt = (log: Log): void => {
  const names = Object.keys(givenVariables(process.env));
  for (const { name, probably } of findMisspelt(names, settingNames)) {
    log.warn({ variable: name }, `the variable ${name} is no setting of this server; ${probably} may be meant`);
  }
};

/** The server serves without Topo, too, and goes on when it is back. */
const logWhetherTopoAnswers = async (baseUrl: string, log: Log, signal: AbortSignal): Promise<void> => {
  const reach = await reachTopo(baseUrl, signal);
  if (signal.aborted) return;
  if (reach.kind === 'silent') log.warn({ topo: baseUrl, reason: reach.reason }, 'Topo does not answer');
  else if (isTopo(reach.status)) log.info({ topo: baseUrl, tookMs: reach.tookMs }, 'Topo answers');
  else log.warn({ topo: baseUrl, status: reach.status }, 'what answers at TOPO_API_URL does not answer as Topo does');
};

const start = async (): Promise<void> => {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel, createLossyDestination(openStandardOutput));
  log.info(describeSettings(config, packageJson.version), 'starting');
  warnOfMisspelt(log);
  // Node would write its warnings to standard error, and wait for whoever reads it.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => log.warn({ error: warning }, 'a warning of Node'));

  let server: Server | undefined;
  let stopping: Promise<void> | undefined;
  const asking = new AbortController();
  const stopOnce = (running: Server): Promise<void> => {
    asking.abort();
    stopping ??= running.stop();
    return stopping;
  };

  let hasCrashed = false;
  const crash = (error: unknown): void => {
    process.exitCode = 1;
    // What follows from the first error is not worth a line.
    if (hasCrashed) return;
    hasCrashed = true;
    log.fatal({ error }, 'an unexpected error ends the server');
    if (server === undefined) process.exit();
    setTimeout(() => process.exit(), settleWithinMs).unref();
    stopOnce(server)
      .catch((cause: unknown) => log.error({ error: cause }, 'the server did not stop cleanly'))
      .finally(exitSoon);
  };
  // A promise that nobody handles ends here, too.
  process.on('uncaughtException', crash);

  const started = await startServer(config, log);
  server = started;
  const stop = (facts: { signal?: string }): void => {
    if (stopping !== undefined) return;
    log.info(facts, 'stopping');
    stopOnce(started)
      .then(
        () => log.info('stopped'),
        (error: unknown) => {
          log.error({ error }, 'the server did not stop cleanly');
          process.exitCode = 1;
        },
      )
      .finally(exitSoon);
  };
  process.on('SIGTERM', (signal) => stop({ signal }));
  process.on('SIGINT', (signal) => stop({ signal }));
  endOnSignalsNoMore();
  // Whoever started this process starts it anew, with what it is configured with by then.
  void started.outdated.then(({ message }) => {
    log.error({ reason: message }, 'the server cannot go on with its database');
    process.exitCode = 1;
    stop({});
  });
  // Log this last: whoever reads the line may stop the server from then on.
  log.info({ url: started.url, metricsUrl: started.metricsUrl }, 'listening');
  void logWhetherTopoAnswers(config.topoApiUrl, log, asking.signal);
};

// Nobody may be there to read it: that is no reason to end.
process.stderr.on('error', () => {});

try {
  await start();
} catch (error) {
  process.exitCode = 1;
  process.stderr.write(`${redact(explainStartError(error))}\n`);
  exitSoon();
}
