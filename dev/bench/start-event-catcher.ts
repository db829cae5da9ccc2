import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { TaskEvent } from '../../contract/event.ts';

/** A catch URL that records when the event of each task arrives. */
export type EventCatcher = {
  /** `127.0.0.1:port`: what HOOK_ALLOWED_HOSTS needs. */
  readonly host: string;
  readonly targetUrl: string;
  /** When the first event of a task arrived at a target, in `performance.now()`; undefined before that. */
  arrivedAtMs(taskId: string, targetUrl?: string): number | undefined;
  close(): Promise<void>;
};

const taskIdsOf = async (request: IncomingMessage): Promise<string[]> => {
  const event = TaskEvent.parse(JSON.parse(await text(request)));
  return event.changes.map(({ task }) => task.id);
};

export const startEventCatcher = async (): Promise<EventCatcher> => {
  const arrivals = new Map<string, number>();
  const record = (path: string, taskIds: readonly string[], nowMs: number): void => {
    for (const taskId of taskIds) {
      const key = `${path} ${taskId}`;
      arrivals.set(key, arrivals.get(key) ?? nowMs);
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
    arrivedAtMs: (taskId, targetUrl = usualTarget) => arrivals.get(`${new URL(targetUrl).pathname} ${taskId}`),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
