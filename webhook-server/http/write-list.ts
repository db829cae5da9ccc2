import { once } from 'node:events';
import type { Response } from 'express';

const opening = '{"items":[';

/** Waits until the client has read on; one that reads nothing is cut off by the listener. Returns whether it is still there. */
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
  let begin = opening;
  for await (const items of pieces) {
    if (response.closed) return;
    const text = items.map((item) => JSON.stringify(item)).join(',');
    if (text === '') continue;
    if (begin === opening) response.type('json');
    const isTaken = response.write(begin + text);
    begin = ',';
    if (!isTaken && !(await drain(response))) return;
  }
  if (begin === opening) response.json({ items: [] });
  else response.end(']}');
};
