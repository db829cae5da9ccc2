import { startReceiver } from './receiver.ts';

/** Passes every request on to another server, and keeps what passed through. */
export const startRecorder = (origin: string) =>
  startReceiver(async (response, { method, path, headers, body }) => {
    const answer = await fetch(origin + path, {
      method,
      headers: {
        ...(headers.authorization === undefined ? {} : { authorization: headers.authorization }),
        ...(body === '' ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === '' ? {} : { body }),
    });
    const type = answer.headers.get('content-type') ?? 'application/json';
    response.writeHead(answer.status, { 'content-type': type }).end(await answer.text());
  });
