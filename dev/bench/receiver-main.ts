import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { TaskEvent } from '../../contract/event.ts';
import { signatureHeader } from '../../contract/signature.ts';
import { serveParent } from './harness/serve-parent.ts';

/** Answers every delivery at once, except below /hangs/, and records how long each event took since its detection. */
let latenciesMs: number[] = [];
const ids = new Set<string>();

const nowMs = (): number => performance.timeOrigin + performance.now();

const record = async (request: IncomingMessage): Promise<void> => {
  const arrivedAtMs = nowMs();
  const body = await text(request);
  ids.add(String(request.headers[signatureHeader.id]));
  if (request.url?.startsWith('/timed/') !== true) return;
  const { detected_at } = TaskEvent.parse(JSON.parse(body));
  latenciesMs.push(arrivedAtMs - Date.parse(detected_at));
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
      return { latenciesMs: latenciesMs.splice(0), distinct: ids.size };
    case 'forget':
      latenciesMs = [];
      ids.clear();
      return {};
    default:
      throw new RangeError('The receiver does not know this question.');
  }
});
