import { once } from 'node:events';
import type { Response } from 'express';

/** A client that reads nothing for this long is cut off. */
const patienceMs = 60_000;

/** Waits until the client has read on. Returns whether it is still there. */
const drain = async (response: Response): Promise<boolean> => {
  const gone = new AbortController();
  const giveUp = () => gone.abort();
  response.once('close', giveUp);
  try {
    if (!response.closed) await once(response, 'drain', { signal: gone.signal });
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  } finally {
    response.off('close', giveUp);
  }
  return !response.closed;
};

/**
 * Writes `{"items": […]}` piece by piece, no faster than the client reads. Reads no further once the client has gone.
 * Nothing is sent before the first piece is there, so that its failure becomes an ordinary error response.
 */
export const writeList = async (response: Response, pieces: AsyncIterable<readonly unknown[]>): Promise<void> => {
  let isFirst = true;
  for await (const items of pieces) {
    if (response.closed) return;
    const text = items.map((item) => JSON.stringify(item)).join(',');
    const begin = isFirst ? '{"items":[' : items.length > 0 ? ',' : '';
    if (isFirst) {
      response.type('json');
      response.setTimeout(patienceMs);
    }
    isFirst = false;
    if (!response.write(begin + text) && !(await drain(response))) return;
  }
  response.end(isFirst ? '{"items":[]}' : ']}');
};
