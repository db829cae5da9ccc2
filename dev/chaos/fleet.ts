import type { WebhookServer } from '../local-server/start-webhook-server.ts';
import type { InFlight } from './ledger.ts';

export const storeNames = ['sqlite', 'postgres'] as const;
export type StoreName = (typeof storeNames)[number];

/** The addresses of Topo and the hooks. */
export type FleetAddresses = { topoApiUrl: string; hookHost: string };

/** The server processes on one store. */
export type Fleet = {
  readonly servers: readonly WebhookServer[];
  /** Reads from the database itself which deliveries are claimed and not settled. */
  readInFlight(): Promise<InFlight[]>;
  /** Kills the database and starts it again; undefined when it is a file. */
  restartDatabase: (() => Promise<void>) | undefined;
  close(): Promise<void>;
};
