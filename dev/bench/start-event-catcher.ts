import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';

/** A catch URL that records when the event of each task arrives. */
export type EventCatcher = {
  /** `127.0.0.1:port`: what HOOK_ALLOWED_HOSTS needs. */
  readonly host: string;
  readonly targetUrl: string;
  /** When the first event of a task arrives at a target, in `performance.now()`; undefined if it does not in time. */
  arrivalOf(taskId: string, options: { targetUrl?: string; withinMs: number }): Promise<number | undefined>;
  close(): Promise<void>;
};

/** No more of an event is looked at, since the time that this takes is not the server's. */
const Tasks = z.object({ changes: z.array(z.object({ task: z.object({ id: z.string() }) })) });

const taskIdsOf = async (request: IncomingMessage): Promise<string[]> =>
  Tasks.parse(JSON.parse(await text(request))).changes.map(({ task }) => task.id);

export const startEventCatcher = async (): Promise<EventCatcher> => {
  const arrivals = new Map<string, number>();
  const arrived = new EventEmitter<Record<string, [atMs: number]>>();
  arrived.setMaxListeners(0);
  const record = (path: string, taskIds: readonly string[], nowMs: number): void => {
    for (const taskId of taskIds) {
      const key = `${path} ${taskId}`;
      if (arrivals.has(key)) continue;
      arrivals.set(key, nowMs);
      arrived.emit(key, nowMs);
    }
  };

  const server = createServer((request, response) => {
    const nowMs = performance.now();
    taskIdsOf(request).then(
      (taskIds) => {
        record(request.url ?? '', taskIds, nowMs);
        response.end('{}');
      },
      () => {
        response.statusCode = 400;
        response.end();
      },
    );
  });
  // The sender may reuse an idle connection just when it times out, so ours outlasts theirs.
  server.keepAliveTimeout = 75_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The catch URL has no port.');
  const host = `127.0.0.1:${address.port}`;

  const usualTarget = `http://${host}/hooks/standard/1/bench/`;

  return {
    host,
    targetUrl: usualTarget,
    arrivalOf(taskId, { targetUrl = usualTarget, withinMs }) {
      const key = `${new URL(targetUrl).pathname} ${taskId}`;
      const known = arrivals.get(key);
      if (known !== undefined) return Promise.resolve(known);
      return new Promise((resolve) => {
        const hear = (atMs?: number): void => {
          clearTimeout(timer);
          arrived.off(key, hear);
          resolve(atMs);
        };
        const timer = setTimeout(hear, withinMs, undefined);
        arrived.on(key, hear);
      });
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
