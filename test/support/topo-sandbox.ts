import { afterEach } from '@jest/globals';
import { createSandbox, type SandboxOptions } from '../../dev/sandbox/create-sandbox.ts';
import { runApp } from './zapier-app.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A sandbox that listens until the test is over, and the app connected to it with a key that may do everything. */
export const startTopo = async (options: SandboxOptions = {}) => {
  const sandbox = createSandbox(options);
  const { url, close } = await sandbox.listen();
  closers.push(close);
  const [workspace, foreign] = sandbox.workspaces;
  return { sandbox, workspace, foreign, url, app: runApp({ TOPO_API_URL: url }, workspace.keys.full) };
};

/** The first element; a test cannot go on without it. */
export const first = <Item>(items: readonly Item[]): Item => {
  const [item] = items;
  if (item === undefined) throw new Error('There is none.');
  return item;
};
