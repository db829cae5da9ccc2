// Slow: it starts the built server.

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import SqliteDatabase from 'better-sqlite3';
import { fetchHooks } from '../../../dev/local-server/fetch-hooks.ts';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import { createSandbox } from '../../../dev/sandbox/create-sandbox.ts';
import { type Received, startReceiver } from '../../support/receiver.ts';
import { runVerb } from '../../support/run-verb.ts';
import { startServer } from '../../support/server-process.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const sandbox = createSandbox({ taskCount: 20 });
const [workspace] = sandbox.workspaces;
const [ada, ben, cleo] = workspace.people.map(({ userId }) => userId);
const topo = await sandbox.listen();
afterAll(topo.close);

/** The Zaps' targets, by path. */
const states = { '/slow/': 'usual', '/ended/': 'usual' };
const held: (() => void)[] = [];
const zapier = await startReceiver((response, { method, path }) => {
  if (method === 'POST' && path === '/slow/' && states['/slow/'] === 'hangs') {
    held.push(() => response.end('{}'));
    return;
  }
  response.writeHead(path === '/ended/' && states['/ended/'] === 'gone' ? 410 : 200).end('{}');
});

const folder = tempFolder();
const backup = join(folder, 'backup.sqlite');
const dataOf = (name: string) => join(folder, name);
const environmentOf = (name: string) => ({
  DATA_DIR: dataOf(name),
  ENCRYPTION_KEY: 'ab'.repeat(32),
  TOPO_API_URL: topo.url,
  HOOK_ALLOWED_HOSTS: zapier.host,
  POLL_INTERVAL_MS: '250',
  POLL_IDLE_INTERVAL_MS: '250',
  TOPO_REQUESTS_PER_MINUTE: '60000',
  REQUESTS_PER_MINUTE: '600000',
  METRICS_TOKEN: 'm'.repeat(32),
});

const headers = { authorization: `Bearer ${workspace.keys.full}`, 'content-type': 'application/json' };
const events = ['task.reassigned', 'task.created', 'task.closed', 'task.reopened'];

const subscribe = async (url: string, path: string): Promise<{ id: string; secret: string }> => {
  const body = JSON.stringify({ target_url: `${zapier.url}${path}`, events });
  const answer = await fetch(`${url}/hooks`, { method: 'POST', headers, body });
  return (await answer.json()) as { id: string; secret: string };
};

/** As the app does when a Zap is turned off. */
const unsubscribe = async (url: string, { id, secret }: { id: string; secret: string }): Promise<number> => {
  const answer = await fetch(`${url}/hooks/${id}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${secret}` },
  });
  return answer.status;
};

const listen = (url: string) =>
  waitUntil('the server listens', async () => {
    const hooks = await fetchHooks(url, workspace.keys.full);
    return hooks.every(({ listening_since, state }) => state !== 'active' || listening_since !== null);
  });

/** The task that a delivery is about. */
const readHeard = ({ body }: Received): { task: string } => ({ task: (JSON.parse(body) as Told).task.id });
const heardOn = (path: string, from = 0) =>
  zapier.received
    .slice(from)
    .filter((one) => one.method === 'POST' && one.path === path)
    .map(readHeard);

/** Makes a change, and waits until every hook that is there has heard of it. */
const heard = async (what: string, change: () => { id: string }, path = '/main/') => {
  const before = heardOn(path).length;
  const { id } = change();
  await waitUntil(`${what} is heard`, () =>
    heardOn(path)
      .slice(before)
      .some(({ task }) => task === id),
  );
  return id;
};

const give = (id: string, userId: string | undefined) => sandbox.reassign(id, userId ?? null);
const make = () => sandbox.createTask({ assignee_user_id: ada ?? null });

/** What happens to tasks, by the name of its row in docs/operate.md. */
const tasks = new Map<string, string>();
/** Changes when nothing else does any more. */
const last = sandbox.createTask({ assignee_user_id: ada ?? null }).id;
let made = { id: '', secret: '' };

beforeAll(async () => {
  const server = startServer(environmentOf('original'));
  const url = await server.url;
  for (const path of ['/main/', '/slow/']) await subscribe(url, path);
  const ended = await subscribe(url, '/ended/');
  await listen(url);
  const before = ['delivered', 'waiting', 'reassigned', 'twice', 'back', 'closed', 'reopened'];
  await Promise.all(before.map(async (name) => tasks.set(name, await heard(`${name} is new`, make))));
  const of = (name: string): string => tasks.get(name) ?? '';
  await heard('delivered', () => give(of('delivered'), ben));
  await waitUntil('all of it is heard', () => heardOn('/slow/').length === heardOn('/main/').length);

  states['/slow/'] = 'hangs';
  await heard('waiting', () => give(of('waiting'), ben));
  await waitUntil('it is under way', () => held.length > 0);
  expect((await runVerb(environmentOf('original'), 'backup', backup)).code).toBe(0);
  states['/slow/'] = 'usual';
  for (const answer of held.splice(0)) answer();

  made = await subscribe(url, '/made/');
  await unsubscribe(url, ended);
  await listen(url);
  const makeAndGive = async () => {
    tasks.set('new and reassigned', await heard('new and reassigned', make));
    await heard('new and reassigned', () => give(of('new and reassigned'), ben));
  };
  const giveTo = async (name: string, ...people: (string | undefined)[]) => {
    for (const person of people) await heard(name, () => give(of(name), person));
  };
  const closeAndReopen = async () => {
    await heard('reopened', () => sandbox.completeTask(of('reopened')));
    await heard('reopened', () => sandbox.reopenTask(of('reopened')));
  };
  await Promise.all([
    giveTo('reassigned', ben),
    giveTo('twice', ben, cleo),
    giveTo('back', ben, ada),
    heard('closed', () => sandbox.completeTask(of('closed'))),
    closeAndReopen(),
    heard('new', make).then((id) => tasks.set('new', id)),
    makeAndGive(),
  ]);
  await waitUntil('the other hook has heard all of it', () => heardOn('/slow/').length === heardOn('/main/').length);
  states['/ended/'] = 'gone';
  server.child.kill('SIGTERM');
  await server.ended;
});

/** The rows of the table in docs/operate.md, and the task of this test that stands for each. */
const rowOf: Record<string, string> = {
  'what had been delivered before the backup': 'delivered',
  'a delivery that waited then, sent since or not': 'waiting',
  'a task that was reassigned once': 'reassigned',
  'a task that was closed': 'closed',
  'a new task': 'new',
  'a task that was reassigned from A to B and from B to C': 'twice',
  'a new task that was reassigned, too': 'new and reassigned',
  'a task that was reassigned and given back': 'back',
  'a task that was closed and reopened': 'reopened',
};

/** What the document says is heard, by what happened. */
const readTable = (mode: 'tell' | 'quiet'): Record<string, string> => {
  const [, section = ''] = readFileSync('docs/operate.md', 'utf8').split('### What is told after a restore\n');
  const [table = ''] = section.split('\n###');
  const [, , ...rows] = table.split('\n').filter((line) => line.startsWith('|'));
  const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()));
  return Object.fromEntries(
    cells.map(([, what = '', tell = '', quiet = '']) => [what, mode === 'tell' ? tell : quiet]),
  );
};

type Told = {
  type: string;
  task: { id: string };
  previous_assignee: { user_id: string } | null;
  new_assignee: { user_id: string };
};

/** What a hook hears after a restore, in the words of the document. */
const ledgerOf = (path: string, from: number): Record<string, string> => {
  const earlier = new Set(zapier.received.slice(0, from).map(({ headers: sent }) => String(sent['webhook-id'])));
  const tell = (one: Received): string => {
    const { type, previous_assignee: previous, new_assignee: next } = JSON.parse(one.body) as Told;
    const isLeap = type === 'task.reassigned' && previous?.user_id === ada && next.user_id === cleo;
    const isNewOfAnother = type === 'task.created' && next.user_id === ben;
    const what = isLeap ? ', from A to C' : isNewOfAnother ? ', as new and with whom it is now' : '';
    return `once${what}, with ${earlier.has(String(one.headers['webhook-id'])) ? 'the same id' : 'a new id'}`;
  };
  const heardOf = (task: string | undefined): string =>
    zapier.received
      .slice(from)
      .filter((one) => one.method === 'POST' && one.path === path && readHeard(one).task === task)
      .map(tell)
      .join('; ') || 'nothing';
  return Object.fromEntries(Object.entries(rowOf).map(([row, name]) => [row, heardOf(tasks.get(name))]));
};

const readMetrics = async (url: string): Promise<string> =>
  (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${'m'.repeat(32)}` } })).text();

/** Restores into a folder of its own, and lets the server run until everything is told. */
const goOn = async (name: 'tell' | 'quiet') => {
  const environment = environmentOf(name);
  const flags = name === 'quiet' ? ['--since-restore', name] : [];
  const restored = await runVerb(environment, 'restore', backup, ...flags);
  const from = zapier.received.length;
  const server = startServer(environment);
  const url = await server.url;
  await listen(url);
  await heard('the first change after the restore', () => give(last, name === 'tell' ? ben : cleo));
  await waitUntil('nothing waits', async () => /^topo_zapier_deliveries_waiting 0$/m.test(await readMetrics(url)));
  return { restored, server, url, from };
};

describe.each(['tell', 'quiet'] as const)('after a restore with %s', (name) => {
  let run: Awaited<ReturnType<typeof goOn>>;
  beforeAll(async () => {
    run = await goOn(name);
  });
  afterAll(async () => {
    run.server.child.kill('SIGTERM');
    await run.server.ended;
  });

  test('the command says what it restored, for its owner alone', () => {
    expect(run.restored).toMatchObject({ code: 0, complained: '' });
    expect(run.restored.printed).toMatch(
      /topo-for-zapier\.sqlite holds 1 workspace, 3 hooks that live, \d+ events and 1 /,
    );
    expect(statSync(join(dataOf(name), 'topo-for-zapier.sqlite')).mode & 0o777).toBe(0o600);
  });

  test('Zaps hear again exactly what docs/operate.md says', () => {
    const table = readTable(name);
    // Only the hook for which it waited hears of it again.
    const waited = 'a delivery that waited then, sent since or not';
    expect(ledgerOf('/slow/', run.from)).toEqual(table);
    expect(ledgerOf('/main/', run.from)).toEqual({ ...table, [waited]: 'nothing' });
  });

  test('a Zap that was turned off since ends with its first 410; one that was turned on since hears nothing, and is counted when it is turned off', async () => {
    await waitUntil('its hook has ended', async () => {
      const hooks = await fetchHooks(run.url, workspace.keys.full);
      return (
        hooks
          .filter(({ state }) => state === 'ended')
          .map(({ ended_reason }) => ended_reason)
          .join() === 'gone'
      );
    });
    expect(heardOn('/made/', run.from)).toEqual([]);
    expect(await unsubscribe(run.url, made)).toBe(401);
    expect(await readMetrics(run.url)).toMatch(/^topo_zapier_unknown_hooks_ended_total 1$/m);
    expect(run.server.printed()).toContain('a Zap ended a hook that is not known here');
    const answer = await fetch(`${run.url}/hooks/hok_unknown`, { method: 'DELETE', headers });
    expect(answer.status).toBe(204);
    expect(await readMetrics(run.url)).toMatch(/^topo_zapier_unknown_hooks_ended_total 2$/m);
  });
});

test('a delivery that waited is kept by a quiet restore, to be sent by hand', () => {
  const database = new SqliteDatabase(join(dataOf('quiet'), 'topo-for-zapier.sqlite'), { readonly: true });
  const dropped = database.prepare(`select reason from delivery where state = 'dropped'`).pluck().all();
  database.close();
  expect(dropped.sort()).toEqual(['the server was restored from a backup', 'the target is gone']);
});

describe('a restore is refused', () => {
  const refuse = async (file: string, environment: Record<string, string>) => {
    const { code, complained } = await runVerb(environment, 'restore', file);
    expect(code).toBe(1);
    return complained;
  };
  const target = environmentOf('refused');

  test('where a database is, or a part of one', async () => {
    const before = statSync(join(dataOf('original'), 'topo-for-zapier.sqlite')).mtimeMs;
    expect(await refuse(backup, environmentOf('original'))).toMatch(
      /topo-for-zapier\.sqlite is there, and was left as it is\./,
    );
    expect(statSync(join(dataOf('original'), 'topo-for-zapier.sqlite')).mtimeMs).toBe(before);
    mkdirSync(dataOf('parts'));
    writeFileSync(join(dataOf('parts'), 'topo-for-zapier.sqlite-wal'), 'left behind');
    expect(await refuse(backup, environmentOf('parts'))).toMatch(/topo-for-zapier\.sqlite-wal is there/);
  });

  test('while a server runs there, also on a file that was deleted', async () => {
    const server = startServer(environmentOf('running'));
    await server.url;
    for (const end of ['', '-wal']) rmSync(join(dataOf('running'), `topo-for-zapier.sqlite${end}`));
    expect(await refuse(backup, environmentOf('running'))).toMatch(/^A server runs in .*Stop it first\.$/);
    server.child.kill('SIGTERM');
    await server.ended;
  });

  test('of what is no whole backup of ours', async () => {
    expect(await refuse(join(folder, 'none'), target)).toMatch(/none is not there\.$/);
    const text = join(folder, 'text');
    writeFileSync(text, 'no database '.repeat(1_000));
    expect(await refuse(text, target)).toMatch(/text is damaged, or is no SQLite file/);
    const foreign = join(folder, 'foreign.sqlite');
    new SqliteDatabase(foreign).exec('create table other (id)').close();
    expect(await refuse(foreign, target)).toMatch(/foreign\.sqlite is no database of this server\.$/);
    const newer = join(folder, 'newer.sqlite');
    copyFileSync(backup, newer);
    new SqliteDatabase(newer).exec('pragma user_version = 900').close();
    expect(await refuse(newer, target)).toMatch(/newer\.sqlite is of a newer version of this server \(schema 900/);
    const torn = join(folder, 'torn.sqlite');
    writeFileSync(torn, readFileSync(backup).fill(7, 40_000, 60_000));
    expect(await refuse(torn, target)).toMatch(/torn\.sqlite is damaged/);
    const part = join(folder, 'part.sqlite');
    copyFileSync(backup, part);
    writeFileSync(`${part}-wal`, 'x');
    expect(await refuse(part, target)).toMatch(/part\.sqlite is no backup: a part of it lies in .*-wal/);
    expect(existsSync(dataOf('refused')) ? readdirSync(dataOf('refused')) : []).toEqual([]);
  });

  test('with another key than that of its day, unless that one is the old one', async () => {
    const other = { ...target, ENCRYPTION_KEY: 'cd'.repeat(32) };
    expect(await refuse(backup, other)).toMatch(/was encrypted with another key\. Let ENCRYPTION_KEY_FILE name/);
    const { ENCRYPTION_KEY: _none, ...without } = target;
    expect(await refuse(backup, without)).toMatch(/needs the key that it was encrypted with/);
    expect(readdirSync(dataOf('refused'))).toEqual([]);
    const withOld = { ...other, ENCRYPTION_KEY_OLD: target.ENCRYPTION_KEY };
    expect(await runVerb(withOld, 'restore', backup)).toMatchObject({ code: 0, complained: '' });
  });

  test('with PostgreSQL', async () => {
    expect(await refuse(backup, { ...target, DATABASE_URL: 'postgres://127.0.0.1/topo' })).toMatch(/pg_restore/);
  });
});
