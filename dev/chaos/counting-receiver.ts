import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { drawInteger, type Random } from '../sandbox/random.ts';
import { type ReadPost, readPost } from './read-post.ts';

/** A hook of our own that notes every POST. */
export type CountingReceiver = {
  /** `127.0.0.1:port`: what HOOK_ALLOWED_HOSTS needs. */
  readonly host: string;
  readonly targetUrl: string;
  /** Every POST, oldest first. */
  readonly posts: readonly ReadPost[];
  close(): Promise<void>;
};

/** An answer takes up to this long, so that deliveries are under way whenever a process is killed. */
const longestAnswerMs = 500;

/** Some are refused for a moment, so that deliveries wait, too. */
const refusedShare = 0.02;

export const startCountingReceiver = async (hook: string, random: Random): Promise<CountingReceiver> => {
  const posts: ReadPost[] = [];

  const answerLater = (response: ServerResponse, isAccepted: boolean): void => {
    setTimeout(
      () => response.writeHead(isAccepted ? 200 : 429, isAccepted ? {} : { 'retry-after': '1' }).end('{}'),
      drawInteger(random, 0, longestAnswerMs),
    );
  };

  const server = createServer((request, response) => {
    text(request).then(
      (body) => {
        const isAccepted = random() >= refusedShare;
        posts.push(readPost({ hook, webhookId: String(request.headers['webhook-id']), body, isAccepted }));
        answerLater(response, isAccepted);
      },
      // Whoever sent it was killed in the middle of it.
      () => response.destroy(),
    );
  });
  // The sender keeps its connections; one must not end just as it is used again.
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
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
