import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchHooks } from '../local-server/fetch-hooks.ts';
import { startWebhookServer, type WebhookServer } from '../local-server/start-webhook-server.ts';
import { waitUntil } from '../local-server/wait-until.ts';
import { type LocalZapier, startLocalZapier } from '../local-zapier/local-zapier.ts';
import type { Connection } from '../local-zapier/zapier-connection.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from '../sandbox/create-sandbox.ts';

export type LoopOptions = {
  sandbox?: SandboxOptions;
  /** Preferred ports; a port that is missing or in use is replaced by any free one. */
  ports?: { topo?: number; server?: number; zapier?: number };
  /** Where the webhook server keeps its data; by default a new folder that `close` removes. */
  dataFolder?: string;
  /** Called for each part as soon as it is up. */
  started?: (part: 'Topo' | 'Zapier' | 'The server', url: string) => void;
  /** Additional environment variables of the webhook server. */
  serverEnvironment?: Record<string, string>;
};

/** The sandbox as Topo, the webhook server, and a local Zapier with the real app: an event's whole way. */
export type Loop = {
  readonly sandbox: Sandbox;
  /** Topo's API, with `/v1`. */
  readonly topoUrl: string;
  readonly server: WebhookServer;
  readonly zapier: LocalZapier;
  /** The first workspace, connected with its full-access key. */
  readonly connection: Connection;
  /** Waits until the server has read the workspace's tasks once: from then on it detects every change. */
  listening(): Promise<void>;
  /** Waits until the server has read Topo's tasks three more times: a duplicate event would have arrived by then. */
  settled(): Promise<void>;
  /** Stops the webhook server, then Zapier, then Topo. May be called twice. */
  close(): Promise<void>;
};

type Closing = { close: () => Promise<void> | void };

/** Closes all, the last one first. When one fails to close, the others are closed before it throws. */
const closeAll = async (parts: Closing[]): Promise<void> => {
  const part = parts.pop();
  if (part === undefined) return;
  try {
    await part.close();
  } finally {
    await closeAll(parts);
  }
};

const chooseFolder = (given: string | undefined, parts: Closing[]): string => {
  if (given !== undefined) return given;
  const folder = mkdtempSync(join(tmpdir(), 'topo-for-zapier-'));
  parts.push({ close: () => rmSync(folder, { recursive: true, force: true }) });
  return folder;
};

const startTopo = async (sandbox: Sandbox, port: number, parts: Closing[]) => {
  const listening = await sandbox.listen({ port }).catch(() => sandbox.listen());
  parts.push(listening);
  return listening.url;
};

const startZapier = async (port: number, parts: Closing[]) => {
  const zapier = await startLocalZapier({ port }).catch(() => startLocalZapier());
  parts.push(zapier);
  return zapier;
};

const assemble = async (options: LoopOptions, parts: Closing[]): Promise<Loop> => {
  const { ports = {}, serverEnvironment = {}, started = () => {} } = options;
  const dataFolder = chooseFolder(options.dataFolder, parts);
  const sandbox = createSandbox(options.sandbox);
  const topoUrl = await startTopo(sandbox, ports.topo ?? 0, parts);
  started('Topo', topoUrl);
  const zapier = await startZapier(ports.zapier ?? 0, parts);
  started('Zapier', zapier.url);
  const server = await startWebhookServer({
    dataFolder,
    topoApiUrl: topoUrl,
    hookHost: zapier.host,
    port: ports.server ?? 0,
    environment: serverEnvironment,
  });
  parts.push({ close: server.stop });
  started('The server', server.url);
  zapier.setEnvironment({ TOPO_API_URL: topoUrl, WEBHOOK_SERVER_URL: server.url });

  const apiKey = sandbox.workspaces[0].keys.full;
  const isListening = async () => {
    const hooks = (await fetchHooks(server.url, apiKey)).filter(({ state }) => state !== 'ended');
    return hooks.length > 0 && hooks.every(({ listening_since }) => listening_since !== null);
  };

  const readings = () => sandbox.requests.count(({ method, path }) => method === 'GET' && path === '/v1/tasks');

  return {
    sandbox,
    topoUrl,
    server,
    zapier,
    connection: zapier.connect({ api_key: apiKey }),
    listening: () => waitUntil('the webhook server listens', isListening),
    settled: () => {
      const enough = readings() + 3;
      return waitUntil('the webhook server read the tasks again', () => readings() >= enough);
    },
    close: () => closeAll(parts),
  };
};

/** Starts everything, by default on free ports. When it throws, nothing is left running. */
export const startLoop = async (options: LoopOptions = {}): Promise<Loop> => {
  const parts: Closing[] = [];
  try {
    return await assemble(options, parts);
  } catch (error) {
    await closeAll(parts);
    throw error;
  }
};
