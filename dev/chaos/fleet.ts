import type { WebhookServer } from '../local-server/start-webhook-server.ts';
import type { InFlight } from './ledger.ts';

export const storeNames = ['sqlite', 'postgres'] as const;
export type StoreName = (typeof storeNames)[number];

/** The addresses of Topo and the hooks. */
export type FleetAddresses = { topoApiUrl: string; hookHost: string };

/** How the database is lost, and another one takes its place. */
export type FailOver = {
  /** Makes sure that there is another one, which has whatever was acknowledged. */
  prepare(): Promise<void>;
  /** Kills the database and lets the other one take over. Returns what was in flight. */
  run(): Promise<InFlight[]>;
};

/** The server processes on one store. */
export type Fleet = {
  readonly servers: readonly WebhookServer[];
  /** Reads from the database itself which deliveries are claimed and not settled. */
  readInFlight(): Promise<InFlight[]>;
  /** Kills the database and starts it again; undefined when it is a file. */
  restartDatabase: (() => Promise<void>) | undefined;
  /** Only where the database has a standby. */
  failOver: FailOver | undefined;
  close(): Promise<void>;
};
