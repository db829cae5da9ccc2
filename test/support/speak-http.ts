import { once } from 'node:events';
import { connect } from 'node:net';
import { ErrorBody } from '../../contract/error-body.ts';

/** Speaks these bytes to a server and returns what came back until the server closed the connection. */
export const speak = async (url: string, bytes: string): Promise<string> => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let heard = '';
  socket.on('data', (chunk) => {
    heard += String(chunk);
  });
  socket.on('error', () => {});
  socket.write(bytes);
  await once(socket, 'close');
  return heard;
};

/** The status and the error of a raw answer. */
export const errorOf = (heard: string) => {
  const [head = '', body = ''] = heard.split('\r\n\r\n');
  return { head, ...ErrorBody.parse(JSON.parse(body)).error };
};
