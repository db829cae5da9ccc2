// Slow: it builds the server anew, and starts it.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../../dev/local-server/free-port.ts';
import { waitUntil } from '../../dev/local-server/wait-until.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { type PerformedImage, performDockerfile } from '../support/perform-dockerfile.ts';

const isDeep = process.env['TEST_DEEP'] === 'yes';
const nobody = 65_534;

const lock: { packages: Record<string, { dev?: boolean; devOptional?: boolean }> } = JSON.parse(
  readFileSync('package-lock.json', 'utf8'),
);

/** In the place of `npm ci`, which takes the network and minutes: the same packages, from the checkout. */
const linkPackages = (folder: string, isProduction: boolean): void => {
  for (const [path, { dev, devOptional }] of Object.entries(lock.packages)) {
    const isWanted = !isProduction || (dev !== true && devOptional !== true);
    if (path.lastIndexOf('node_modules/') !== 0 || !isWanted) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    symlinkSync(join(process.cwd(), path), join(folder, path));
  }
};

const withOwnNode = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` };

const runLine = (line: string, { folder, root }: { folder: string; root: string }): void => {
  if (line.startsWith('npm ci ') && !isDeep) linkPackages(folder, line.includes('--omit=dev'));
  else if (line.startsWith('install -d ')) {
    expect(line).toBe('install -d -o node -g node -m 0700 /data');
    mkdirSync(join(root, 'data'), { mode: 0o700 });
    chownSync(join(root, 'data'), nobody, nobody);
  } else execFileSync('sh', ['-c', line], { cwd: folder, env: withOwnNode, stdio: ['ignore', 'ignore', 'inherit'] });
};

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));

// Another user, a process 1 and the owner of a folder are for root alone.
const describeAsRoot = process.getuid?.() === 0 ? describe : describe.skip;

describeAsRoot('each step of the Dockerfile, in clean folders (needs root)', () => {
  let image: PerformedImage;
  beforeAll(() => {
    image = performDockerfile(runLine);
    chmodSync(image.root, 0o755);
  });

  test('leaves the server and its packages, and nothing that development needs', () => {
    const parts = filesBelow(image.workFolder).filter((path) => !path.startsWith('node_modules/'));
    expect(new Set(parts.map((path) => path.replace(/^((?!dist\/)[^/]+\/|dist\/[^/]+\/).+$/, '$1')))).toEqual(
      new Set([
        'bin/',
        'dist/contract/',
        'dist/topo/',
        'dist/webhook-server/',
        'dist/package.json',
        'package.json',
        'require-node.mjs',
      ]),
    );
    const packages = readdirSync(join(image.workFolder, 'node_modules'));
    for (const name of Object.keys(packageJson.dependencies)) expect(packages).toContain(name);
    for (const name of ['typescript', 'jest', 'esbuild', 'node']) expect(packages).not.toContain(name);
    expect(image).toMatchObject({
      user: 'node',
      volumes: ['/data'],
      environment: { NODE_ENV: 'production', HOST: '0.0.0.0' },
    });
  });

  test('starts as process 1 of a user who owns nothing but the data, is healthy, and stops on SIGTERM', async () => {
    const port = await freePort();
    const [program = '', ...parameters] = image.command;
    const environment = {
      ...image.environment,
      PATH: withOwnNode.PATH,
      PORT: String(port),
      DATA_DIR: join(image.root, image.environment['DATA_DIR'] ?? ''),
      ENCRYPTION_KEY: 'ab'.repeat(32),
      TOPO_API_URL: 'http://127.0.0.1:2/v1',
    };
    const isHealthy = () => {
      const [node = '', ...check] = image.healthCheck;
      return spawnSync(node, check, { env: environment }).status === 0;
    };
    expect(isHealthy()).toBe(false);
    const asNobody = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
    const outer = spawn('unshare', ['--pid', '--fork', ...asNobody, program, ...parameters], {
      cwd: image.workFolder,
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    outer.stdout.on('data', (text) => {
      printed += text;
    });
    let hasEnded = false;
    outer.on('close', () => {
      hasEnded = true;
    });
    const inner = () => Number(readFileSync(`/proc/${outer.pid}/task/${outer.pid}/children`, 'utf8'));
    try {
      await waitUntil('it listened or ended', () => printed.includes('"listening"') || hasEnded);
      expect(printed).toContain(`0.0.0.0:${port}`);
      expect(isHealthy()).toBe(true);
      expect(readFileSync(`/proc/${inner()}/status`, 'utf8')).toMatch(/^NSpid:\t\d+\t1$/m);
      process.kill(inner(), 'SIGTERM');
      await waitUntil('it ended', () => hasEnded);
      expect(outer.exitCode).toBe(0);
      expect(printed).toContain('"msg":"stopped"');
    } finally {
      // Whoever kills `unshare` leaves process 1 behind.
      if (!hasEnded) process.kill(inner(), 'SIGKILL');
    }
    expect(filesBelow(join(image.root, 'data'))).toContain('topo-for-zapier.sqlite');
  });
});

test('the image runs the Node that development runs', () => {
  expect(readFileSync('Dockerfile', 'utf8')).toContain(`ARG NODE_VERSION=${packageJson.devDependencies.node}\n`);
});
