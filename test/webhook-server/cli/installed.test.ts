// Slow: it packs and starts the built server.

import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { fetchHooks } from '../../../dev/local-server/fetch-hooks.ts';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import { createSandbox } from '../../../dev/sandbox/create-sandbox.ts';
import { installServer } from '../../support/installed-server.ts';
import { startReceiver } from '../../support/receiver.ts';
import { killAfterTests } from '../../support/server-process.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const { folder, files, command } = installServer();
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

const sandbox = createSandbox();
const topo = await sandbox.listen();
afterAll(topo.close);

const run = (words: readonly string[], environment: Record<string, string> = {}) =>
  spawnSync(process.execPath, [command, ...words], { cwd: folder, encoding: 'utf8', env: environment });

/** Starts the installed server in its folder, and resolves when it listens. */
const serve = async (environment: Record<string, string>) => {
  const child = spawn(process.execPath, [command, 'serve'], {
    cwd: folder,
    env: { PORT: '0', TOPO_API_URL: 'http://127.0.0.1:2/v1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  killAfterTests(child);
  let printed = '';
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (text) => {
      printed += text;
    });
  }
  const code = new Promise<number | null>((resolve) => child.on('close', resolve));
  await waitUntil('it listened or ended', () => printed.includes('"listening"') || child.exitCode !== null);
  return { child, code, printed: () => printed, url: /"url":"(http[^"]+)"/.exec(printed)?.[1] ?? '' };
};

test('the package holds the server and what it needs, and nothing of the app, of development and of the tests', () => {
  const ours = files.filter((path) => path.startsWith('dist/'));
  expect(ours.length).toBeGreaterThan(200);
  const allowed =
    /^dist\/(package\.json|(webhook-server|contract|topo)\/.+\.js|webhook-server\/dashboard\/assets\/[^/]+\.css)$/;
  expect(ours.filter((path) => !allowed.test(path))).toEqual([]);
  expect(files.filter((path) => !path.startsWith('dist/')).sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'bin/topo-for-zapier.mjs',
    'docs/api.md',
    'docs/operate.md',
    'docs/security.md',
    'package.json',
    'require-node.mjs',
  ]);
});

test('the installed command says its version and its verbs, and a sentence to what it does not know', () => {
  expect(run(['--version'])).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
  expect(run(['--help']).stdout).toMatch(
    /topo-for-zapier serve .*\n.*topo-for-zapier doctor .*\n.*topo-for-zapier new-key FILE /,
  );
  const unknown = run(['start']);
  expect(unknown).toMatchObject({ status: 2, stdout: '' });
  expect(unknown.stderr).toMatch(/^“start” is unknown here\..*\n$/);
});

test('installed, with a key of its own, the server tells a Zap what was reassigned; a second one from the same folder is refused, and nothing breaks', async () => {
  expect(run(['new-key', 'key'])).toMatchObject({ status: 0 });
  expect(statSync(join(folder, 'key')).mode & 0o777).toBe(0o600);

  const zapier = await startReceiver();
  const environment = {
    NODE_ENV: 'production',
    ENCRYPTION_KEY_FILE: 'key',
    DATA_DIR: 'data',
    TOPO_API_URL: topo.url,
    HOOK_ALLOWED_HOSTS: zapier.host,
    POLL_INTERVAL_MS: '250',
    POLL_IDLE_INTERVAL_MS: '250',
    TOPO_REQUESTS_PER_MINUTE: '6000',
  };
  const server = await serve(environment);
  const [workspace] = sandbox.workspaces;
  const headers = { authorization: `Bearer ${workspace.keys.full}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ target_url: `${zapier.url}/1/`, event: 'task.reassigned' });
  expect((await fetch(`${server.url}/hooks`, { method: 'POST', headers, body })).status).toBe(201);
  await waitUntil('the server listens', async () => {
    const hooks = await fetchHooks(server.url, workspace.keys.full);
    return hooks.every(({ listening_since }) => listening_since !== null);
  });

  const second = await serve(environment);
  expect(await second.code).toBe(1);
  expect(second.printed()).toMatch(/Another process is using .*DATA_DIR/);

  const [one, other] = workspace.people;
  const { id } = sandbox.createTask({ assignee_user_id: one?.userId ?? null });
  await waitUntil('the server has seen the task', async () => {
    const answer = await fetch(`${server.url}/tasks?ids=${id}&look=first`, { headers });
    return (await answer.text()).includes(id);
  });
  await fetch(`${topo.url}/tasks/${id}/assignee`, {
    method: 'PATCH',
    headers,
    body: JSON.stringify({ assignee_user_id: other?.userId, scope: 'TASK' }),
  });
  await waitUntil('the Zap heard', () => zapier.received.some(({ body: text }) => text.includes(id)));

  server.child.kill('SIGTERM');
  expect(await server.code).toBe(0);
  expect(server.printed()).toContain('"msg":"stopped"');
});

/** As root, the tests start it as nobody. */
const uid = process.getuid?.() === 0 ? 65_534 : undefined;
const testAsNobody = uid === undefined ? test.skip : test;

testAsNobody('a user who owns nothing of it starts it, and may write the data folder alone (needs root)', async () => {
  chmodSync(folder, 0o755);
  const data = join(tempFolder(), 'data');
  chmodSync(join(data, '..'), 0o777);
  const asNobody = { cwd: folder, encoding: 'utf8', ...(uid === undefined ? {} : { uid, gid: uid }) } as const;
  const made = spawnSync(process.execPath, [command, 'new-key', join(data, '../key')], asNobody);
  expect(made).toMatchObject({ status: 0, stderr: '' });
  const child = spawn(process.execPath, [command, 'serve'], {
    ...asNobody,
    env: { PORT: '0', DATA_DIR: data, ENCRYPTION_KEY_FILE: join(data, '../key'), TOPO_API_URL: 'http://127.0.0.1:2' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  killAfterTests(child);
  let printed = '';
  child.stdout.on('data', (text) => {
    printed += text;
  });
  await waitUntil('it listened', () => printed.includes('"listening"'));
  expect(statSync(data).uid).toBe(uid);
  child.kill('SIGTERM');
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
});

testAsNobody('doctor tells a user who may not write into the data folder, and ends with 1 (needs root)', async () => {
  const data = tempFolder();
  chmodSync(data, 0o755);
  const examine = async (...flags: string[]) => {
    const child = spawn(process.execPath, [command, 'doctor', ...flags], {
      cwd: folder,
      env: {
        DATA_DIR: data,
        ENCRYPTION_KEY: 'ab'.repeat(32),
        TOPO_API_URL: topo.url,
        HOOK_ALLOWED_HOSTS: '127.0.0.1:1',
      },
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    let stdout = '';
    child.stdout.on('data', (text) => {
      stdout += text;
    });
    const status = await new Promise((resolve) => child.on('close', resolve));
    return { status, stdout };
  };
  const { status, stdout } = await examine();
  expect(stdout).toMatch(/^ok {7}settings .*\n/);
  expect(stdout).toMatch(
    /\nwrong {4}data folder +The user who runs this may not write into .*\. Give it to that user\.\n/,
  );
  expect(status).toBe(1);
  chmodSync(data, 0o777);
  const again = await examine('--json');
  const findings = JSON.parse(again.stdout) as { check: string; state: string; says: string }[];
  expect(findings.find(({ check }) => check === 'data folder')).toMatchObject({ state: 'warning' });
  expect(again.status).toBe(0);
});

test('where nothing is built, the command says what to do', () => {
  const checkout = tempFolder();
  for (const path of ['bin/topo-for-zapier.mjs', 'require-node.mjs']) {
    mkdirSync(join(checkout, path, '..'), { recursive: true });
    cpSync(path, join(checkout, path));
  }
  const { status, stderr } = spawnSync(process.execPath, [join(checkout, 'bin/topo-for-zapier.mjs'), 'serve'], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: 'Nothing is built yet. Run `npm run build` once, then this again.\n',
  });
  expect(existsSync(join(checkout, 'dist'))).toBe(false);
});
