import express, { type Express } from 'express';
import { rawRequestOf } from './raw-request.ts';
import type { Catcher } from './zap.ts';
import { type CacheOwner, readRpcBody, type ZapCache } from './zap-cache.ts';

type ZapierHttpParts = {
  /** Zaps by the path of each catch URL that they ever had. */
  catchers: ReadonlyMap<string, Catcher>;
  /** Connections by the token that core sends. */
  owners: ReadonlyMap<string, CacheOwner>;
  cache: ZapCache;
  drawId: () => string;
  /** Called for each line that core logs. */
  logged: (line: string) => void;
};

/** Zapier accepts bodies up to 10 MB. */
const maxBodySize = '10mb';

const lateAnswerMs = 250;

const textOf = (body: unknown): string => (typeof body === 'string' ? body : '');

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Zapier's HTTP side: the catch URLs, the RPC of core's `z.cache`, and the endpoint for core's logs. */
export const createZapierHttp = ({ catchers, owners, cache, drawId, logged }: ZapierHttpParts): Express => {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.text({ type: () => true, limit: maxBodySize }));

  app.post('/hooks/standard/:user/:zap', (request, response) => {
    const catcher = catchers.get(request.path);
    if (catcher === undefined) return response.status(404).json({ status: 'not found' });
    const { method, originalUrl: url, headers } = request;
    const reply = catcher.catch(request.path, rawRequestOf({ method, url, headers, content: textOf(request.body) }));
    const accept = () => response.json({ attempt: drawId(), id: drawId(), request_id: drawId(), status: 'success' });
    switch (reply) {
      case 'accepts':
        return accept();
      case 'answers late':
        return setTimeout(accept, lateAnswerMs);
      case 'is off':
        return response.status(410).json({ status: 'gone' });
      case 'refuses':
        return response.status(503).json({ status: 'error' });
      case 'hangs':
      case 'loses the answer':
        return undefined;
      default:
        return reply satisfies never;
    }
  });

  app.delete('/hooks/standard/:user/:zap', (request, response) => {
    catchers.get(request.path)?.pause(request.path);
    response.json({ status: 'success' });
  });

  app.post('/rpc', (request, response) => {
    const owner = owners.get(request.get('x-token') ?? '');
    if (owner === undefined) return response.status(401).json({ error: 'This token belongs to no connection.' });
    const call = readRpcBody(JSON.parse(textOf(request.body)));
    if (call === undefined) return response.status(400).json({ error: 'This is no call.' });
    try {
      return response.json({ id: call.id, result: cache.answer({ ...call, owner }) });
    } catch (error) {
      return response.json({ id: call.id, error: messageOf(error) });
    }
  });

  app.post('/logs', (request, response) => {
    for (const line of textOf(request.body).split('\n')) if (line !== '') logged(line);
    response.json({ status: 'success' });
  });

  return app;
};
