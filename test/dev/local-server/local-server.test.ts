import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { freePort } from '../../../dev/local-server/free-port.ts';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';

test('a wait that times out says what did not happen', async () => {
  await expect(waitUntil('pigs fly', () => false, { withinMs: 30 })).rejects.toThrow(
    'It did not come true within 0.03 s that pigs fly.',
  );
});

test('the preferred port is chosen when it is free, and another one when it is in use', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;

  expect(await freePort(port)).not.toBe(port);
  other.close();
  await once(other, 'close');
  expect(await freePort(port)).toBe(port);
});
