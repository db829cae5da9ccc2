import type { WebhookServer } from '../local-server/start-webhook-server.ts';
import type { UnderWay } from './ledger.ts';

export const storeNames = ['sqlite', 'postgres'] as const;
export type StoreName = (typeof storeNames)[number];

/** Where the servers find Topo and the hooks. */
export type Surroundings = { topoApiUrl: string; hookHost: string };

/** The server processes on one store. */
export type Fleet = {
  readonly servers: readonly WebhookServer[];
  /** What is claimed and not settled, right now, past all processes. */
  readUnderWay(): Promise<UnderWay[]>;
  /** Ends the database at once and starts it again; undefined where it is a file. */
  restartDatabase: (() => Promise<void>) | undefined;
  close(): Promise<void>;
};
