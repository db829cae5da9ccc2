import process from 'node:process';
import { isRecord } from './is-record.ts';

declare module 'zapier-platform-core' {
  /** Exported by core, missing from its types. */
  export const createAppHandler: (app: unknown) => (event: object) => Promise<{ results?: unknown }>;
}

const [, , appUrl = ''] = process.argv;

// Core believes that it is under test when argv contains “jest” or “mocha” anywhere, even in a folder's name.
process.argv.splice(1);

// Ctrl-C in a terminal reaches every process of the group. This one ends when its parent disconnects.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());

const core = await import('zapier-platform-core');
const app: { default?: unknown } = await import(appUrl);
const handle = core.createAppHandler(app.default ?? app);

const describe = (error: unknown) =>
  error instanceof Error ? { name: error.name, message: error.message } : { name: 'Error', message: String(error) };

const answer = async (event: object) => {
  try {
    const { results } = await handle(event);
    return { results };
  } catch (error) {
    return { error: describe(error) };
  }
};

process.on('message', async (event) => {
  if (isRecord(event)) process.send?.(await answer(event));
});
