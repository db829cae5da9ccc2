// Slow: it waits for retries in real time.

import { createServer } from 'node:http';
import { connect } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, expect, jest, test } from '@jest/globals';
import { Subscribed } from '../../contract/hook.ts';
import { waitUntil } from '../../dev/local-server/wait-until.ts';
import { createSandbox } from '../../dev/sandbox/create-sandbox.ts';
import { readConfig } from '../../webhook-server/config.ts';
import { createLog, type Log } from '../../webhook-server/log.ts';
import { Secret } from '../../webhook-server/secrets/secret.ts';
import { type Server, startServer } from '../../webhook-server/server.ts';
import { createSqliteStore } from '../../webhook-server/store/sqlite/sqlite-store.ts';
import type { Store } from '../../webhook-server/store/store.ts';
import { createTopoClient } from '../../webhook-server/topo-client.ts';
import { everyStore, type Ground } from '../support/every-store.ts';
import { type Received, startReceiver } from '../support/receiver.ts';
import { searchCanaries } from '../support/search-canaries.ts';
import { deliver } from '../support/small-webhook-server.ts';
import { startHttp } from '../support/started-http.ts';
import { runApp } from '../support/zapier-app.ts';

const encryptionKey = 'c4a4'.repeat(16);
const otherKey = 'd5b5'.repeat(16);
const metricsToken = 'm3tr1c5'.repeat(6);

/** Everything that the server logs: as it was handed over, and as it was written. */
const recordLog = () => {
  const handed: string[] = [];
  const written: string[] = [];
  const log = createLog('debug', { write: (line) => written.push(line) });
  const record =
    (level: keyof Log) =>
    (...facts: unknown[]) => {
      handed.push(inspect(facts, { depth: 20, showHidden: true }));
      (log[level] as (...parameters: unknown[]) => void)(...facts);
    };
  const recording: Log = { debug: record('debug'), info: record('info'), warn: record('warn'), error: record('error') };
  return { handed, written, log: recording };
};

const printed: string[] = [];
const startPrinting = () => {
  for (const method of ['log', 'info', 'warn', 'error'] as const) {
    jest.spyOn(console, method).mockImplementation((...parts) => {
      printed.push(inspect(parts, { depth: 20 }));
    });
  }
};
/** The server of the test that runs, to be stopped also when the test fails. */
let running: Server | undefined;
const stop = async () => {
  await running?.stop();
  running = undefined;
};
afterEach(async () => {
  jest.restoreAllMocks();
  await stop();
});

/** A Topo that passes on what it is asked, until it is told to answer otherwise. It then quotes the key. */
const startParrot = async (origin: string) => {
  const pass = async (response: Parameters<Receiver['answer']>[0], { method, path, headers }: Received) => {
    const answer = await fetch(origin + path, { method, headers: { authorization: headers.authorization ?? '' } });
    const date = answer.headers.get('date') ?? '';
    response.writeHead(answer.status, { 'content-type': 'application/json', date }).end(await answer.text());
  };
  type Receiver = Awaited<ReturnType<typeof startReceiver>>;
  const parrot = await startReceiver(pass);
  const quote = ({ path, headers }: Received) => `${headers.authorization} at ${path}`;
  return {
    url: `${parrot.url}/v1`,
    received: parrot.received,
    pass: () => {
      parrot.answer = pass;
    },
    /** Answers so from now on. */
    speak: (status: number, bodyOf: (quoted: string) => string, headers: Record<string, string> = {}) => {
      parrot.answer = (response, request) => {
        response.writeHead(status, headers).end(bodyOf(quote(request)));
      };
    },
    cut: () => {
      parrot.answer = (response) => response.destroy();
    },
  };
};

const inError = (message: string): string => JSON.stringify({ type: 'error', message, request_id: 'r' });

/** Lets everything go wrong that can, and answers what could be seen of it. */
const runEverything = async ({ environment, alter, contents }: Ground) => {
  startPrinting();
  const { handed, written, log } = recordLog();
  const responses: string[] = [];
  const thrown: string[] = [];
  const databases: string[] = [];
  const sandbox = createSandbox({ taskCount: 12 });
  const topo = await sandbox.listen();
  const [workspace, foreign] = sandbox.workspaces;
  const parrot = await startParrot(new URL(topo.url).origin);
  const zapier = await startReceiver();
  const elsewhere = await startReceiver();

  const config = readConfig({
    PORT: '0',
    TOPO_API_URL: parrot.url,
    HOOK_ALLOWED_HOSTS: `${zapier.host},127.0.0.1:1`,
    POLL_INTERVAL_MS: '250',
    POLL_IDLE_INTERVAL_MS: '250',
    TOPO_REQUESTS_PER_MINUTE: '100000',
    NEW_KEYS_PER_MINUTE: '30',
    LOG_LEVEL: 'debug',
    ENCRYPTION_KEY: encryptionKey,
    METRICS_PORT: '0',
    METRICS_TOKEN: metricsToken,
    ...environment,
  });
  running = await startServer(config, log);
  let serverUrl = running.url;

  const call = async (
    method: string,
    path: string,
    token?: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) => {
    const answer = await fetch(serverUrl + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        'content-type': 'application/json',
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    // The subscriber is told the secret, once and in this field alone.
    responses.push(`${inspect([...answer.headers])} ${text.replace(/"secret":"[^"]+"/, '')}`);
    return { status: answer.status, text };
  };
  const { full, noTasks, readOnly } = workspace.keys;
  const target = (name: string) => `${zapier.url}/hooks/standard/77/c4n4ry-${name}/`;
  const subscribe = async (name: string, url = target(name)) => {
    const { text } = await call('POST', '/hooks', full, { target_url: url, event: 'task.reassigned' });
    return Subscribed.parse(JSON.parse(text));
  };
  /** What an operator watches: there even a name of a workspace or a person would be too much. */
  const scrapes: string[] = [];
  const scrape = async () => {
    const { status, text } = await call('GET', '/metrics', metricsToken);
    expect(status).toBe(200);
    scrapes.push(text, await (await fetch(running?.metricsUrl ?? '')).text());
  };
  const statuses: number[] = [];
  const expectStatus = async (status: number, answer: Promise<{ status: number }>) => {
    const got = (await answer).status;
    expect([status, got]).toEqual([status, status]);
    statuses.push(got);
  };

  // The loop as it should be.
  const first = await subscribe('first');
  const second = await subscribe('second');
  await waitUntil(
    'the server listens',
    async () => !(await call('GET', '/hooks', full)).text.includes('"listening_since":null'),
  );
  const [person, other] = workspace.people;
  const task = sandbox.createTask({ assignee_user_id: person?.userId ?? null });
  const before = written.length;
  // The first of two polls may have begun before.
  const polls = () => written.slice(before).filter((line) => line.includes('workspace polled')).length;
  await waitUntil('the task was seen', () => polls() >= 2);
  sandbox.reassign(task.id, other?.userId ?? null);
  await waitUntil('both Zaps heard', () => zapier.received.length >= 2);

  // The nudge address is shown to its workspace, and nowhere else.
  const shown = await call('POST', '/nudge-address', full);
  const { path: nudgePath } = JSON.parse(shown.text);
  responses.pop();
  await expectStatus(204, call('POST', nudgePath, undefined, { says: nudgePath }));
  await expectStatus(404, call('PUT', nudgePath, full));

  // What callers do wrong.
  const unknownKey = 'topo_live_c4n4ryUnknownKey0123';
  await expectStatus(401, call('GET', '/hooks'));
  await expectStatus(401, call('GET', '/hooks', unknownKey));
  await expectStatus(401, call('GET', '/hooks', first.secret));
  await expectStatus(401, call('DELETE', `/hooks/${second.id}`, first.secret));
  await expectStatus(401, call('GET', '/metrics'));
  await expectStatus(401, call('GET', '/metrics', `${metricsToken}0`));
  await expectStatus(403, call('GET', '/hooks', noTasks));
  await expectStatus(403, call('POST', '/nudges', readOnly));
  await expectStatus(404, call('GET', `/${encodeURIComponent(target('first'))}`, full));
  await expectStatus(404, call('GET', `/hooks/${encodeURIComponent(first.secret)}/deliveries`, full));
  await expectStatus(404, call('POST', `/deliveries/${full}/retry`, full));
  await expectStatus(400, call('GET', `/events?before=${full}`, full));
  await expectStatus(400, call('GET', `/events?limit=${full}`, full));
  await expectStatus(
    400,
    call('POST', '/hooks', full, { target_url: `${elsewhere.url}/c4n4ry-first/`, event: 'task.reassigned' }),
  );
  await expectStatus(
    400,
    call('POST', '/hooks', full, { target_url: target('first'), event: full, once_per: first.secret }),
  );
  await expectStatus(
    400,
    call('POST', '/hooks', full, { target_url: target('first'), event: 'task.reassigned', filters: { kinds: [full] } }),
  );
  await expectStatus(400, call('POST', '/hooks', full, `{"target_url":"${target('first')}", ${full}`));
  await expectStatus(
    400,
    call('POST', '/people/import', full, [{ user_id: full, name: first.secret, email: target('first') }]),
  );
  await expectStatus(413, call('POST', '/hooks', full, { target_url: target('first').repeat(3000) }));
  await expectStatus(415, call('POST', '/hooks', full, full, { 'content-type': 'text/plain' }));
  await expectStatus(
    409,
    call('POST', `/hooks/${(await subscribe('ended')).id}/test`, full).then(async (sent) => {
      await waitUntil('a test was sent', () => zapier.received.some(({ path }) => path.includes('c4n4ry-ended')));
      const { id } = await subscribe('ended');
      await call('DELETE', `/hooks/${id}`, full);
      return sent.status === 202 ? call('POST', `/hooks/${id}/test`, full) : sent;
    }),
  );
  await new Promise<void>((resolve) => {
    const socket = connect(Number(new URL(serverUrl).port), '127.0.0.1');
    let heard = '';
    socket.on('data', (chunk) => {
      heard += String(chunk);
    });
    socket.on('close', () => {
      responses.push(heard);
      resolve();
    });
    socket.write(`GET / HTTP/9.9\r\nAuthorization: Bearer ${full}\r\nX: ${target('first')}\r\n\r\n`);
  });
  for (let tries = 0; tries < 40; tries += 1) await call('GET', '/hooks', `${unknownKey}${tries}`);
  await expectStatus(429, call('GET', '/hooks', `${unknownKey}999`));

  // What targets do wrong: they quote what they were sent.
  const fail = async (name: string, what: RegExp) => {
    const from = written.length;
    await call('POST', `/hooks/${(await subscribe(name)).id}/test`, full);
    await waitUntil(`a delivery fails: ${what}`, () => written.slice(from).some((line) => what.test(line)));
  };
  zapier.answer = (response, request) => {
    const quoted = JSON.stringify(request);
    const headers = {
      location: `${elsewhere.url}${request.path}`,
      'retry-after': `${request.path}`,
      'x-quoted': request.path,
    };
    if (request.path.includes('redirected')) response.writeHead(302, headers).end(quoted);
    else if (request.path.includes('failing')) response.writeHead(500, headers).end(quoted);
    else if (request.path.includes('gone')) response.writeHead(410, headers).end(quoted);
    else if (request.path.includes('cut')) response.destroy();
    else if (request.path.includes('garbage')) response.socket?.end(`${quoted}\r\n\r\n`);
    else response.end(quoted);
  };
  await fail('redirected', /answered 302/);
  await fail('failing', /answered 500/);
  await fail('gone', /the target is gone/);
  await fail('cut', /did not answer \(/);
  await fail('garbage', /did not answer/);
  const nowhere = await subscribe('nowhere', 'http://127.0.0.1:1/hooks/standard/77/c4n4ry-nowhere/');
  await call('POST', `/hooks/${nowhere.id}/test`, full);
  await waitUntil('a target cannot be reached', () => written.some((line) => line.includes('could not be reached')));
  for (const { id } of [first, second, nowhere]) await call('GET', `/hooks/${id}/deliveries`, full);

  // What Topo does wrong: it quotes the key. The foreign key is new to the server, so that Topo is asked about it.
  const trouble = async (what: RegExp, arrange: () => void) => {
    const from = written.length;
    arrange();
    await waitUntil(`Topo is in trouble: ${what}`, () => written.slice(from).some((line) => what.test(line)));
    await call('GET', '/hooks', foreign.keys.full);
    parrot.pass();
    const passing = written.length;
    await waitUntil('Topo is well again', () =>
      written.slice(passing).some((line) => line.includes('workspace polled')),
    );
  };
  await trouble(/answered 500/, () => parrot.speak(500, inError));
  await trouble(/is not JSON/, () => parrot.speak(200, (quoted) => `c4n4ry-${quoted}`));
  await trouble(/not of the known shape/, () => parrot.speak(200, (quoted) => JSON.stringify({ [quoted]: quoted })));
  await trouble(/answered 302/, () => parrot.speak(302, inError, { location: `${elsewhere.url}/v1/tasks` }));
  await trouble(/answered 429/, () => parrot.speak(429, inError, { 'retry-after': '0' }));
  await trouble(/could not be reached/, () => parrot.cut());
  await trouble(/refuses the key/, () => parrot.speak(403, inError));
  await trouble(/refuses the key/, () => parrot.speak(401, inError));
  await scrape();
  databases.push(...contents());
  await stop();
  databases.push(...contents());

  // What the operator does wrong, and a database that was altered.
  const startWith = async (change: Record<string, string>) =>
    startServer(readConfig({ PORT: '0', ENCRYPTION_KEY: encryptionKey, ...environment, ...change }), log);
  for (const change of [
    { ENCRYPTION_KEY: otherKey },
    { ENCRYPTION_KEY: otherKey, ENCRYPTION_KEY_OLD: otherKey },
    { ENCRYPTION_KEY: `${encryptionKey}0`, TOPO_API_URL: full, HOOK_ALLOWED_HOSTS: target('first'), LOG_LEVEL: full },
    { DATABASE_URL: full },
  ]) {
    await startWith(change).then(
      () => expect(change).toBe('refused'),
      (error: unknown) => thrown.push(inspect(error, { depth: 20, showHidden: true })),
    );
  }
  const key = createServerKey();
  await alter('sealed_target', first.id, key);
  running = await startServer(config, log);
  serverUrl = running.url;
  await expectStatus(200, call('GET', '/hooks', readOnly));
  await stop();

  // What the Zap's owner may see.
  const failing = createServer((request, response) => {
    const text = JSON.stringify({ error: { message: 'No.', request_id: 'r' }, headers: request.headers });
    response.writeHead(request.method === 'DELETE' ? 500 : 400, { 'content-type': 'application/json' }).end(text);
  });
  await new Promise<void>((resolve) => failing.listen(0, '127.0.0.1', resolve));
  const { port } = failing.address() as { port: number };
  const app = runApp({ WEBHOOK_SERVER_URL: `http://127.0.0.1:${port}`, TOPO_API_URL: topo.url }, full);
  const operation = 'triggers.task_reassigned.operation';
  thrown.push(
    inspect(await app.thrownBy(`${operation}.performSubscribe`, { targetUrl: target('first') })),
    inspect(await app.thrownBy(`${operation}.performUnsubscribe`, { subscribeData: first })),
    inspect(
      await app.thrownBy(`${operation}.perform`, {
        subscribeData: first,
        rawRequest: { headers: {}, content: first.secret },
      }),
    ),
  );
  const { rawRequest } = deliver({ id: 'evt_1' });
  await app.run(`${operation}.perform`, { subscribeData: first, rawRequest });
  failing.close();
  failing.closeAllConnections();
  await topo.close();

  return {
    canaries: [
      ...Object.values(workspace.keys),
      ...Object.values(foreign.keys),
      unknownKey,
      'c4n4ry-',
      ...[first, second, nowhere].map(({ secret }) => secret.slice('whsec_'.length)),
      nudgePath.slice('/nudges/ndg_'.length),
      encryptionKey,
      otherKey,
      metricsToken,
      ...[new URL(environment['DATABASE_URL'] ?? 'none:').password].filter((password) => password !== ''),
    ],
    seen: { handed, written, responses, thrown, databases, printed, scrapes },
    named: [...workspace.people, ...foreign.people].flatMap(({ userId, name }) => [userId, name]),
    organizationId: workspace.organizationId,
    leftFor: { elsewhere: elsewhere.received, topo: parrot.received, zapier: zapier.received },
  };
};

/** A sealed value of nobody. */
const createServerKey = (): string => `v1.00000000.${'A'.repeat(60)}`;

for (const { name, describe, begin } of everyStore) {
  describe(`over ${name}`, () => {
    test('no key, hook URL or secret is in a log, an answer, an error or the database in clear, whatever goes wrong', async () => {
      const { canaries, seen, named, organizationId, leftFor } = await runEverything(await begin());
      expect(searchCanaries(canaries, seen)).toEqual([]);
      expect(searchCanaries([organizationId, ...named], { scrapes: seen.scrapes })).toEqual([]);
      expect(seen.scrapes.join()).toMatch(/^topo_zapier_polls_total\{result="key_refused"\} [1-9]/m);

      // The search finds what is there: the database names workspaces, and Topo and Zapier were shown what they need.
      expect(searchCanaries([organizationId], { databases: seen.databases })).not.toEqual([]);
      expect(searchCanaries(canaries, { topo: [JSON.stringify(leftFor.topo)] })).not.toEqual([]);
      expect(searchCanaries(canaries, { zapier: [JSON.stringify(leftFor.zapier)] })).not.toEqual([]);
      expect(seen.databases.join()).toContain('v1.');
      for (const texts of [seen.handed, seen.written, seen.responses, seen.thrown])
        expect(texts.length).toBeGreaterThan(5);

      // Redirects lead nowhere.
      expect(leftFor.elsewhere).toEqual([]);
    });
  });
}

test.each([301, 302, 303, 307, 308])('a redirect of Topo takes the key nowhere (%i)', async (status) => {
  const elsewhere = await startReceiver();
  const topo = await startReceiver((response) => response.writeHead(status, { location: elsewhere.url }).end());
  const { identify } = createTopoClient(`${topo.url}/v1`);
  expect(await identify(new Secret('topo_live_c4n4ry'))).toMatchObject({ kind: 'failed', status });
  expect(topo.received).toHaveLength(1);
  expect(elsewhere.received).toEqual([]);
});

test('an error that quotes secrets ends in the log without them, and the caller hears none of it', async () => {
  const { written, log } = recordLog();
  const secrets = ['topo_live_c4n4ry0123', 'whsec_c4n4ry0123', 'https://hooks.zapier.com/hooks/standard/1/c4n4ry0123/'];
  const failing = async (clock: () => number): Promise<Store> => {
    const store = createSqliteStore(':memory:', clock);
    const people = async () => {
      throw Object.assign(new Error(`bad row: ${secrets}`, { cause: new Error(`because of ${secrets}`) }), {
        detail: secrets,
      });
    };
    return { ...store, tenant: (organizationId) => ({ ...store.tenant(organizationId), people }) };
  };
  const http = await startHttp({ log, openStore: failing });
  const { status, text } = await http.call('GET', '/people', http.keys.full);
  await http.close();
  expect(status).toBe(500);
  expect(searchCanaries(['c4n4ry0123'], { written, text: [text] })).toEqual([]);
  expect(written.join()).toContain('bad row: [secret]');
});

test('the search knows a secret in whatever form it stands', () => {
  const canary = 'topo_live_canary';
  for (const form of [
    canary,
    `x${Buffer.from(`xx${canary}yy`).toString('base64')}`,
    Buffer.from(canary).toString('hex'),
  ]) {
    expect(searchCanaries([canary], { text: [`before ${form} after`] })).toHaveLength(1);
  }
  expect(searchCanaries([canary], { text: ['topo_live_another'] })).toEqual([]);
});
