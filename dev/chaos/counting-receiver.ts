import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { signatureHeader } from '../../contract/signature.ts';
import { drawInteger, type Random } from '../sandbox/random.ts';
import { type EventPost, readPost } from './read-post.ts';

/** A catch URL that records every POST. */
export type CountingReceiver = {
  /** `127.0.0.1:port`: what HOOK_ALLOWED_HOSTS needs. */
  readonly host: string;
  readonly targetUrl: string;
  /** Every POST, oldest first. */
  readonly posts: readonly EventPost[];
  /** From now on every POST gets 503. */
  refuseAll(): void;
  close(): Promise<void>;
};

/** Answers take up to this long, so that deliveries are in flight whenever a process is killed. */
const maxAnswerMs = 500;

/** Some POSTs get a 429, so that some deliveries wait for a retry. */
const refusedShare = 0.02;

export const startCountingReceiver = async (hook: string, random: Random): Promise<CountingReceiver> => {
  const posts: EventPost[] = [];
  let refusesAll = false;

  const answerLater = (response: ServerResponse, status: number): void => {
    setTimeout(
      () => response.writeHead(status, status === 429 ? { 'retry-after': '1' } : {}).end('{}'),
      drawInteger(random, 0, maxAnswerMs),
    );
  };

  const server = createServer((request, response) => {
    text(request).then(
      (body) => {
        const isAccepted = !refusesAll && random() >= refusedShare;
        posts.push(readPost({ hook, webhookId: String(request.headers[signatureHeader.id]), body, isAccepted }));
        answerLater(response, isAccepted ? 200 : refusesAll ? 503 : 429);
      },
      // The sender was killed halfway.
      () => response.destroy(),
    );
  });
  // The sender may reuse an idle connection just when it times out, so ours outlasts theirs.
  server.keepAliveTimeout = 75_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The receiver has no port.');
  const host = `127.0.0.1:${address.port}`;

  return {
    host,
    targetUrl: `http://${host}/counted/`,
    posts,
    refuseAll() {
      refusesAll = true;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
