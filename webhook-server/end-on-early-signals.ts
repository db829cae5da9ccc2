/*
 * Ends the process on a signal that comes while the server starts. By default a signal ends any process but the first one
 * of a container, which would go on. `main.ts` imports this before what takes time to load.
 */

/** What a shell says of a process that a signal has ended. */
const exitCodes = { SIGTERM: 143, SIGINT: 130 } as const;

const end = (signal: keyof typeof exitCodes): void => process.exit(exitCodes[signal]);

process.on('SIGTERM', end);
process.on('SIGINT', end);

/** From here on somebody else stops the server. */
export const endOnSignalsNoMore = (): void => {
  process.off('SIGTERM', end);
  process.off('SIGINT', end);
};
