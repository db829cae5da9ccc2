import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { TaskEvent } from '../../contract/event.ts';
import { signatureHeader } from '../../contract/signature.ts';
import { serveParent } from './harness/serve-parent.ts';

/**
 * Answers every delivery at once, except below /hangs/. Records below /timed/ how long each event took since its detection,
 * and below /paged/ when the events of each page arrived: see `pages.ts`.
 */
let latenciesMs: number[] = [];
let arrivedPages: number[] = [];
let arrivedAtMs: number[] = [];
const Paged = z.object({ task: z.object({ page: z.number() }) });
const ids = new Set<string>();

const nowMs = (): number => performance.timeOrigin + performance.now();

const record = async (request: IncomingMessage): Promise<void> => {
  const arrivedMs = nowMs();
  const body = await text(request);
  ids.add(String(request.headers[signatureHeader.id]));
  if (request.url?.startsWith('/paged/') === true) {
    arrivedPages.push(Paged.parse(JSON.parse(body)).task.page);
    arrivedAtMs.push(arrivedMs);
  }
  if (request.url?.startsWith('/timed/') !== true) return;
  const { detected_at } = TaskEvent.parse(JSON.parse(body));
  latenciesMs.push(arrivedMs - Date.parse(detected_at));
};

const server = createServer((request, response) => {
  if (request.url?.startsWith('/hangs/') === true) {
    request.resume();
    return;
  }
  record(request).then(
    () => response.end(),
    () => response.writeHead(400).end(),
  );
});
// The sender may reuse an idle connection just when it times out, so ours outlasts theirs.
server.keepAliveTimeout = 75_000;
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('The receiver has no port.');
const host = `127.0.0.1:${address.port}`;

serveParent(async (question) => {
  switch (question['kind']) {
    case 'place':
      return { host };
    case 'take':
      return {
        latenciesMs: latenciesMs.splice(0),
        arrivedPages: arrivedPages.splice(0),
        arrivedAtMs: arrivedAtMs.splice(0),
        distinct: ids.size,
      };
    case 'forget':
      latenciesMs = [];
      arrivedPages = [];
      arrivedAtMs = [];
      ids.clear();
      return {};
    default:
      throw new RangeError('The receiver does not know this question.');
  }
});
