import { Agent, request } from 'undici';

/** Posts one body so many times, so many at once, and nothing else: what delivering is held against. */
export const postBare = async (target: URL, body: string, count: number, inFlight: number): Promise<void> => {
  const dispatcher = new Agent({ connections: null });
  let left = count;
  const postInTurn = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const headers = { 'content-type': 'application/json', 'webhook-id': `bare-${left}` };
      const answer = await request(target, { method: 'POST', headers, body, dispatcher });
      if (answer.statusCode !== 200) throw new Error(`The receiver answered ${answer.statusCode}.`);
      await answer.body.dump();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, postInTurn));
  await dispatcher.destroy();
};
