import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Run } from '../database.ts';
import { sql, tableOf } from '../sql.ts';
import { type Topic, topics } from '../work-store.ts';
import { connect } from './connect-postgres.ts';
import type { Signalling } from './postgres-database.ts';
import { explain } from './translate-postgres-error.ts';

/** Tells the processes on one database of work, and hears of it. */
export type Signals = Signalling & {
  /** Begins to hear what the other processes notify, and goes on when the connection was lost. */
  listen(): Promise<void>;
  /** Calls the listener whenever there may be new work. Returns a function that ends this. */
  on(topic: Topic, listener: () => void): () => void;
  close(): Promise<void>;
};

/** A connection that was lost is made again after this. */
const reconnectAfterMs = 1_000;

/** A connection on which all is quiet may be dead: it is asked this often. */
const askEveryMs = 30_000;

/** Each schema is a store of its own. A name of PostgreSQL has 63 bytes at most; a longer one is cut on both sides. */
const channelOf = (schema: string): string => `topo_for_zapier ${schema}`.slice(0, 63);

/** The connection that hears what others notify. */
const connectTo = async (url: string, channel: string, hear: (payload: string) => void): Promise<Client> => {
  const client = await connect(url);
  client.on('notification', ({ payload }) => hear(payload ?? ''));
  try {
    await client.query(`listen ${client.escapeIdentifier(channel)}`);
    return client;
  } catch (error) {
    await client.end();
    throw explain(error);
  }
};

/** Waits until the connection is lost or closed. */
const untilLost = async (client: Client, signal: AbortSignal): Promise<void> => {
  const lost = new AbortController();
  client.once('end', () => lost.abort());
  client.once('error', () => lost.abort());
  const either = AbortSignal.any([signal, lost.signal]);
  while (!either.aborted) {
    await delay(askEveryMs, undefined, { signal: either, ref: false }).catch(() => undefined);
    if (!either.aborted) await client.query('select 1').catch(() => lost.abort());
  }
};

/**
 * `listen` and `notify`: one connection of its own hears what other processes notify. This process hears its own topics
 * at once, without the database.
 */
export const createSignals = (url: string, schema: string): Signals => {
  const emitter = new EventEmitter<Record<Topic, []>>();
  const channel = channelOf(schema);
  const ownName = randomUUID();
  const closing = new AbortController();
  const { signal } = closing;
  let listening = Promise.resolve();

  const hear = (payload: string): void => {
    const [topic, from] = payload.split(' ');
    const known = topics.find((name) => name === topic);
    if (known !== undefined && from !== ownName) emitter.emit(known);
  };

  const listenOn = async (client: Client): Promise<void> => {
    // Whatever was notified while nobody listened may be due by now.
    for (const topic of topics) emitter.emit(topic);
    await untilLost(client, signal);
    await client.end().catch(() => undefined);
  };

  const goOn = async (first: Client): Promise<void> => {
    await listenOn(first);
    while (!signal.aborted) {
      await delay(reconnectAfterMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) await connectTo(url, channel, hear).then(listenOn, () => undefined);
    }
  };

  return {
    async notify(run: Run, announced: readonly Topic[]) {
      await run.change(sql`
        select pg_notify(${channel}, topic || ${` ${ownName}`})
        from ${tableOf('announced', announced, { topic: ['text', (topic) => topic] })}`);
    },
    emit: (topic) => {
      emitter.emit(topic);
    },
    async listen() {
      listening = goOn(await connectTo(url, channel, hear));
    },
    on(topic, listener) {
      emitter.on(topic, listener);
      return () => emitter.off(topic, listener);
    },
    async close() {
      closing.abort();
      await listening;
    },
  };
};
