import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import express from 'express';
import { ErrorBody } from '../../../contract/error-body.ts';
import { handleError } from '../../../webhook-server/http/errors/handle-error.ts';
import { createLog } from '../../../webhook-server/log.ts';
import { createSqliteStore } from '../../../webhook-server/store/sqlite/sqlite-store.ts';
import { startHttp } from '../../support/started-http.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const secrets = ['topo_canary_key_1', 'whsec_canary', 'https://hooks.zapier.com/hooks/standard/canary'];
const spilling = `boom ${secrets.join(' ')}`;

const circular = new Error(spilling);
circular.cause = circular;

const thrown: [string, () => unknown][] = [
  ['an error', () => new TypeError(spilling)],
  ['an error with a cause', () => new Error('outside', { cause: new Error(spilling) })],
  ['an error that is its own cause', () => circular],
  ['an error that calls itself a 4xx of nobody', () => Object.assign(new Error(spilling), { status: 200 })],
  ['a text', () => spilling],
  ['an object', () => ({ message: spilling })],
  ['null', () => null],
  ['undefined', () => undefined],
];

let close = async () => {};
afterEach(async () => {
  jest.restoreAllMocks();
  await close();
});

/** A server whose store throws when it is asked for people. */
const start = async (fault: () => unknown) => {
  const written: string[] = [];
  const printed = [jest.spyOn(console, 'error'), jest.spyOn(console, 'log'), jest.spyOn(process.stderr, 'write')];
  const http = await startHttp({
    log: createLog('info', { write: (line) => written.push(line) }),
    openStore: async (clock) => {
      const store = createSqliteStore(join(tempFolder(), 'store.sqlite'), clock);
      const tenant: typeof store.tenant = (organizationId) => ({
        ...store.tenant(organizationId),
        people: async () => {
          throw fault();
        },
        hooks: () => {
          throw fault();
        },
      });
      return { ...store, tenant };
    },
  });
  close = http.close;
  const errors = () => written.filter((line) => line.includes('"level":"error"'));
  return { http, written, errors, printed };
};

test.each(thrown)(
  '%s that a handler throws is 500 in the shape of every error, logged once, without secrets',
  async (_what, fault) => {
    const { http, written, errors, printed } = await start(fault);
    for (const path of ['/people', '/hooks']) {
      const { status, json, text } = await http.call('GET', path, http.keys.full);
      expect([status, ErrorBody.parse(json).error.code]).toEqual([500, 'internal_error']);
      expect(text).not.toMatch(/canary|boom|\.ts/);
      const logged = errors().filter((line) => line.includes(json.error.request_id));
      expect(logged).toHaveLength(1);
      expect(logged[0]).not.toContain('canary');
    }
    expect(errors()).toHaveLength(2);
    expect(written.join('')).not.toContain('canary');
    for (const print of printed) expect(print).not.toHaveBeenCalled();
    expect((await http.call('GET', '/events', http.keys.full)).status).toBe(200);
  },
);

test('the log has the stack of an error, and of its cause', async () => {
  const { http, errors } = await start(() => new Error('outside', { cause: new RangeError('inside') }));
  await http.call('GET', '/people', http.keys.full);
  expect(errors()[0]).toMatch(/handler-faults\.test\.ts:\d+/);
  expect(errors()[0]).toContain('RangeError: inside');
});

test('an error in the middle of an answer cuts it off, and is logged once, without secrets', async () => {
  const print = jest.spyOn(console, 'error');
  const written: string[] = [];
  const app = express();
  // Express prints errors everywhere but in tests.
  app.set('env', 'production');
  app.get('/', (_request, response) => {
    response.write('{"items":[');
    throw new Error(spilling);
  });
  app.use(handleError(createLog('info', { write: (line) => written.push(line) })));
  const server = createServer(app).listen(0, '127.0.0.1');
  close = async () => {
    server.close();
    server.closeAllConnections();
  };
  await once(server, 'listening');
  const answer = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`).then((response) =>
    response.text(),
  );
  await expect(answer).rejects.toThrow();
  expect(written).toHaveLength(1);
  expect(written[0]).not.toContain('canary');
  expect(print).not.toHaveBeenCalled();
});
