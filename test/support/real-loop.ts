import { afterAll } from '@jest/globals';
import { fetchHooks } from '../../dev/local-server/fetch-hooks.ts';
import { waitUntil } from '../../dev/local-server/wait-until.ts';
import { createSandbox, type SandboxOptions } from '../../dev/sandbox/create-sandbox.ts';
import { readConfig } from '../../webhook-server/config.ts';
import { startServer } from '../../webhook-server/server.ts';
import { keepLog } from './keep-log.ts';
import { type Received, startReceiver } from './receiver.ts';
import { tempFolder } from './temp-folder.ts';
import { runApp } from './zapier-app.ts';

const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A POST as Zapier hands it to `perform`. */
export const rawRequestOf = ({ headers, body }: Received) => ({
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      `Http-${name.replaceAll(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())}`,
      String(value),
    ]),
  ),
  content: body,
});

/** The real webhook server between a sandbox and a receiver that plays hooks.zapier.com, and the app connected to it. */
export const startRealLoop = async (options: SandboxOptions = {}) => {
  const sandbox = createSandbox(options);
  const topo = await sandbox.listen();
  closers.push(topo.close);
  const zapier = await startReceiver();
  const config = readConfig({
    PORT: '0',
    TOPO_API_URL: topo.url,
    DATA_DIR: tempFolder(),
    HOOK_ALLOWED_HOSTS: zapier.host,
    POLL_INTERVAL_MS: '250',
    POLL_IDLE_INTERVAL_MS: '250',
    TOPO_REQUESTS_PER_MINUTE: '100000',
  });
  const server = await startServer(config, keepLog());
  closers.push(server.stop);
  const [workspace] = sandbox.workspaces;
  const app = runApp({ TOPO_API_URL: topo.url, WEBHOOK_SERVER_URL: server.url }, workspace.keys.full);
  const hooks = async () => {
    const all = await fetchHooks(server.url, workspace.keys.full);
    return all.filter(({ state }) => state !== 'ended');
  };

  return {
    sandbox,
    workspace,
    app,
    topoUrl: topo.url,
    serverUrl: server.url,
    /** The hooks that have not ended. */
    hooks,
    /** A catch URL, whose path tells Zaps apart. */
    targetUrl: (path: string) => zapier.url + path,
    /** Turns a Zap on at a catch URL of its own, and waits until it is listened for. Answers `subscribeData`. */
    async turnOn(trigger: string, path: string, inputData: Record<string, unknown> = {}) {
      const method = `${trigger}.operation.performSubscribe`;
      const subscribeData = await app.run(method, { targetUrl: zapier.url + path, inputData });
      await waitUntil('the server listens', async () =>
        (await hooks()).every(({ listening_since }) => listening_since !== null),
      );
      return subscribeData;
    },
    /** What came to a catch URL, once there are so many. */
    async received(path: string, count = 1): Promise<Received[]> {
      const came = () => zapier.received.filter((one) => one.path === path);
      await waitUntil(`${count} came to ${path}`, () => came().length >= count);
      return came();
    },
  };
};

export type RealLoop = Awaited<ReturnType<typeof startRealLoop>>;
