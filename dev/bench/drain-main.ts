import { Agent, request } from 'undici';
import { signatureHeader } from '../../contract/signature.ts';
import { maxDeliveries } from '../../webhook-server/delivery/concurrency-ramp.ts';
import type { DeliveryCounts } from '../../webhook-server/delivery/delivery.ts';
import { zapierLimits } from '../../webhook-server/delivery/zapier-limits.ts';
import { createPostgresStore } from '../../webhook-server/store/postgres/postgres-store.ts';
import { createSqliteStore } from '../../webhook-server/store/sqlite/sqlite-store.ts';
import type { Store } from '../../webhook-server/store/store.ts';
import { type IpcMessage, readNumber, readText } from './harness/message.ts';
import { peakMemory } from './harness/peak-memory.ts';
import { serveParent } from './harness/serve-parent.ts';
import { addHook } from './hooks-in-store.ts';
import { reassignAll } from './reassign-all.ts';
import { startDelivering } from './start-delivering.ts';

/** Without Zapier's rate limit: the question is how fast the server itself is. */
const limits = { ...zapierLimits, rateLimits: null };
const bareInFlight = 64;

/** The store in a file, or at the address of a database. */
const openStore = async (question: IpcMessage): Promise<Store> => {
  const place = readText(question, 'place');
  return place.startsWith('postgres:') ? createPostgresStore(place) : createSqliteStore(place);
};

/** Stores `hooks` × `tasks` due deliveries, and returns the body of one. */
const fill = async (question: IpcMessage): Promise<IpcMessage> => {
  const store = await openStore(question);
  const host = readText(question, 'host');
  const tasks = readNumber(question, 'tasks');
  for (let hook = 0; hook < readNumber(question, 'hooks'); hook += 1) {
    await addHook(store, `hok_${hook}`, `http://${host}/hooks/standard/${hook}/drain/`);
  }
  await reassignAll(store, tasks, 0);
  await reassignAll(store, tasks, 1);
  const [claim] = await store.work.claimDeliveries({ limit: 1, leaseMs: 0, ...limits });
  await store.close();
  return { body: claim?.body ?? '' };
};

/** Delivers so many; the time ends when the last outcome is stored. */
const drain = async (question: IpcMessage): Promise<IpcMessage> => {
  const store = await openStore(question);
  let left = readNumber(question, 'count');
  const { promise: isDrained, resolve } = Promise.withResolvers<void>();
  const counts: DeliveryCounts = {
    attempted: () => {},
    settled(outcome) {
      if (outcome === 'delivered') left -= 1;
      if (left === 0) resolve();
    },
  };
  const startMs = performance.now();
  const delivering = startDelivering(store, readText(question, 'host'), limits, maxDeliveries, counts);
  await isDrained;
  const tookMs = performance.now() - startMs;
  await delivering.stop();
  await store.close();
  return { tookMs, peakBytes: peakMemory(process.pid) };
};

/** Posts one body `count` times, `inFlight` at once, and does nothing else: the baseline for delivering. */
const postBare = async (target: URL, body: string, count: number, inFlight: number): Promise<void> => {
  const dispatcher = new Agent({ connections: null });
  let left = count;
  const postInTurn = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const headers = { 'content-type': 'application/json', [signatureHeader.id]: `bare-${left}` };
      const answer = await request(target, { method: 'POST', headers, body, dispatcher });
      if (answer.statusCode !== 200) throw new Error(`The receiver answered ${answer.statusCode}.`);
      await answer.body.dump();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, postInTurn));
  await dispatcher.destroy();
};

const bare = async (question: IpcMessage): Promise<IpcMessage> => {
  const startMs = performance.now();
  const target = new URL(`http://${readText(question, 'host')}/hooks/standard/1/bare/`);
  await postBare(target, readText(question, 'body'), readNumber(question, 'count'), bareInFlight);
  return { tookMs: performance.now() - startMs, peakBytes: peakMemory(process.pid) };
};

serveParent((question) => {
  switch (question['kind']) {
    case 'fill':
      return fill(question);
    case 'drain':
      return drain(question);
    case 'bare':
      return bare(question);
    default:
      throw new RangeError('The drain’s process does not know this question.');
  }
});
