import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import SqliteDatabase from 'better-sqlite3';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import { createSqliteStore } from '../../../webhook-server/store/sqlite/sqlite-store.ts';
import { createBrowser } from '../../support/browse.ts';
import { startHttp } from '../../support/started-http.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { happen, idOf } from '../../support/tenancy/world.ts';

const hourMs = 3_600_000;

let http: Awaited<ReturnType<typeof startHttp>>;
let browser: ReturnType<typeof createBrowser>;

beforeAll(async () => {
  http = await startHttp({
    sandbox: { taskCount: 0 },
    streamTimes: { heartbeatMs: 20, restMs: 1, sessionMs: 20 },
  });
  browser = createBrowser(http.url);
  await browser.signIn(http.keys.full);
  const target_url = 'https://hooks.zapier.com/hooks/standard/1/abc/';
  await http.call('POST', '/hooks', http.keys.full, { target_url, event: 'task.reassigned' });
  await change(0);
  await change(1);
});
afterAll(() => http.close());

/** Every task goes to the next person; a second passes. */
const change = async (to: number, there = http) => {
  there.passTime(1000);
  await happen(there.store.work, { kind: 'scan', to }, there.nowMs());
};

/** No task is like that. */
const nothing = { task_types: ['EMAIL_REPLY'] };

const idsIn = (html: string): string[] => [...html.matchAll(/data-event="(evt_\w+)"/g)].map(([, id = '']) => id);

/** Opens the stream, and collects what comes until it ends. */
const listen = async (
  query = '',
  headers: Record<string, string> = {},
  { url, cookies } = { url: http.url, cookies: browser.cookies },
) => {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const leaving = new AbortController();
  const address = `${url}/dashboard/events-stream${query}`;
  const response = await fetch(address, { headers: { cookie, ...headers }, signal: leaving.signal });
  const heard = { text: '', isOver: false };
  const over = (async () => {
    const reader = response.body?.getReader();
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done) break;
      heard.text += Buffer.from(value).toString();
    }
    heard.isOver = true;
  })();
  over.catch(() => undefined);
  return { response, heard, over, leave: () => leaving.abort() };
};

test('events are listed newest first, and narrowed by what stands in the address', async () => {
  const { text } = await browser.get('/events');
  expect(idsIn(text)).toHaveLength(2);
  expect(text).toContain('data-stream="events-stream"');
  const toOne = await browser.get(`/events?to=${idOf('user', 1)}&event=&from=&source=topo`);
  expect(idsIn(toOne.text)).toHaveLength(1);
  expect(toOne.text).toContain(`data-stream="events-stream?to=${idOf('user', 1)}&amp;source=topo"`);
  expect((await browser.get('/events?source=zapier')).text).toContain('No event fits these filters.');
  expect((await browser.get('/events?before=evt_none')).status).toBe(404);
  expect((await browser.get('/events?to=somebody')).status).toBe(400);
});

test('a page looks back only so far, says how far, and the next one goes on from there', async () => {
  const [told] = (await http.store.tenant(http.organizationId).events({ limit: 1 }))?.items ?? [];
  const path = join(tempFolder(), 'store.sqlite');
  await createSqliteStore(path).close();
  const database = new SqliteDatabase(path);
  // One that a Zap made, behind more others than a page looks at.
  database
    .prepare(
      `insert into event (id, organization_id, reading_id, task_id, kind, source, body, occurred_at_us, detected_at_ms)
       with recursive number (n) as (select 0 union all select n + 1 from number where n < 11000)
       select 'evt_' || n, ?, 'old', 'old', 'reassigned', case n when 0 then 'zapier' else 'topo' end, ?, n * 1000000, n
       from number`,
    )
    .run(http.organizationId, JSON.stringify({ ...told, id: 'evt_0' }));
  database.close();
  const long = await startHttp({
    sandbox: { taskCount: 0 },
    openStore: async (clock) => createSqliteStore(path, clock),
  });
  const reader = createBrowser(long.url);
  await reader.signIn(long.keys.full);
  const { text } = await reader.get('/events?source=zapier');
  expect(idsIn(text)).toEqual([]);
  expect(text).toContain('Nothing that fits these filters was found yet.');
  const [, seconds = '', href = ''] =
    /Looked back to <time datetime="1970-01-01T(00:16:41)[^>]+>[^<]+<\/time>. <a href="([^"]+)">Look further back/.exec(
      text,
    ) ?? [];
  expect(seconds).toBe('00:16:41');
  const further = await reader.get(`/${href.replaceAll('&amp;', '&')}`);
  expect(idsIn(further.text)).toEqual(['evt_0']);
  expect(further.text).not.toContain('Look further back');
  await long.close();
});

test('what happens while somebody looks comes by itself, once', async () => {
  const { response, heard, leave } = await listen();
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  expect(response.headers.get('x-accel-buffering')).toBe('no');
  await waitUntil('the heartbeat', () => heard.text.includes(': still here'));
  expect(heard.text).not.toContain('data:');
  await change(2);
  await waitUntil('the change', () => idsIn(heard.text).length > 0);
  const before = idsIn(heard.text).length;
  await change(0);
  await waitUntil('the next change', () => idsIn(heard.text).length > before);
  const newest = idsIn((await browser.get('/events')).text);
  await waitUntil('all of them', () => idsIn(heard.text)[0] !== undefined && idsIn(heard.text).at(-1) === newest[0]);
  const heardIds = idsIn(heard.text);
  expect(heardIds.toReversed()).toEqual(newest.slice(0, heardIds.length));
  leave();
});

test('an event that no Zap wanted comes at once, too', async () => {
  const quiet = await startHttp({ sandbox: { taskCount: 0 } });
  const there = createBrowser(quiet.url);
  await there.signIn(quiet.keys.full);
  const target_url = 'https://hooks.zapier.com/hooks/standard/1/abc/';
  await quiet.call('POST', '/hooks', quiet.keys.full, { target_url, event: 'task.reassigned', filters: nothing });
  const { heard, leave } = await listen('?after=evt_none', {}, { url: quiet.url, cookies: there.cookies });
  await change(0, quiet);
  await change(1, quiet);
  await waitUntil('the first change', () => idsIn(heard.text).length > 0);
  const before = idsIn(heard.text).length;
  await change(2, quiet);
  await waitUntil('the next change', () => idsIn(heard.text).length > before);
  // It came by itself, before the look that comes with each heartbeat.
  expect(heard.text).not.toContain(': still here');
  leave();
  await quiet.close();
});

test('a stream goes on after the event that was seen last', async () => {
  await change(2);
  await change(1);
  const [, , third = '', ...older] = idsIn((await browser.get('/events')).text);
  expect(older.length).toBeGreaterThan(0);
  for (const opened of [await listen(`?after=${third}`), await listen('', { 'last-event-id': third })]) {
    await waitUntil('two events', () => idsIn(opened.heard.text).length >= 2);
    expect(idsIn(opened.heard.text)).toHaveLength(2);
    opened.leave();
  }
});

test('a stream ends with the session, and opens for nobody who is not signed in', async () => {
  const { heard, over } = await listen();
  await waitUntil('the heartbeat', () => heard.text.includes(': still here'));
  http.passTime(13 * hourMs);
  await over;
  expect(heard.text).toContain('event: signed-out');
  const stranger = await createBrowser(http.url).get('/events-stream');
  expect(stranger.status).toBe(303);
});

test('streams end when the server stops', async () => {
  await browser.signIn(http.keys.full);
  const { heard, over } = await listen();
  await waitUntil('the heartbeat', () => heard.text.includes(': still here'));
  http.endStreams();
  await over;
  expect(heard.isOver).toBe(true);
});
