import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import * as z from 'zod';
import { readConfig, settingNames } from '../../webhook-server/config.ts';
import { tempFolder } from '../support/temp-folder.ts';

const read = (path: string): string => readFileSync(new URL(`../../ops/${path}`, import.meta.url), 'utf8');

/** What our compose files use of the format, and nothing else. */
const Service = z.strictObject({
  image: z.string().optional(),
  build: z.strictObject({ context: z.literal('..') }).optional(),
  environment: z.record(z.string(), z.string()),
  secrets: z.array(z.string()).optional(),
  volumes: z.array(z.string().regex(/^[\w./-]+:\/[\w./-]+(:ro)?$/)).optional(),
  ports: z.array(z.string().regex(/^\d+:\d+$/)).optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.tuple([z.literal('ALL')]).optional(),
  cap_add: z.tuple([z.literal('NET_BIND_SERVICE')]).optional(),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  restart: z.literal('unless-stopped'),
  stop_grace_period: z
    .string()
    .regex(/^\d+s$/)
    .optional(),
  healthcheck: z
    .strictObject({ test: z.array(z.string()), interval: z.string(), timeout: z.string(), retries: z.int() })
    .optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal('service_healthy') })).optional(),
});
const Compose = z.strictObject({
  name: z.literal('topo-for-zapier'),
  'x-server': z.unknown().optional(),
  services: z.record(z.string(), Service),
  secrets: z.record(z.string(), z.strictObject({ file: z.string().startsWith('./secrets/') })),
  volumes: z.record(z.string(), z.null()),
});

const compose = (path: string) => Compose.parse(parse(read(path), { merge: true }));

describe.each([
  { path: 'compose.yaml', servers: ['server'], others: ['caddy'] },
  { path: 'compose.postgres.yaml', servers: ['server-1', 'server-2'], others: ['database', 'caddy'] },
])('$path', ({ path, servers, others }) => {
  const { services, secrets, volumes } = compose(path);

  test('is what the format knows, and what it names is there', () => {
    expect(Object.keys(services)).toEqual([...servers, ...others]);
    for (const service of Object.values(services)) {
      expect(Object.keys(secrets)).toEqual(expect.arrayContaining(service.secrets ?? []));
      expect(Object.keys(services)).toEqual(expect.arrayContaining(Object.keys(service.depends_on ?? {})));
      const named = (service.volumes ?? [])
        .map((volume) => volume.split(':')[0] ?? '')
        .filter((name) => !name.startsWith('.'));
      expect(Object.keys(volumes)).toEqual(expect.arrayContaining(named));
    }
  });

  test('gives servers settings that they know, secrets as files, and nothing to write to but their data', () => {
    for (const name of servers) {
      const server = services[name];
      const environment = server?.environment ?? {};
      expect(settingNames).toEqual(expect.arrayContaining(Object.keys(environment)));
      for (const value of Object.values(environment)) expect(value).not.toMatch(/postgres:|[0-9a-f]{32}/);
      expect(server).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
      expect(server?.ports).toBeUndefined();
      expect((server?.volumes ?? []).filter((volume) => volume !== 'data:/data')).toEqual([]);
    }
  });

  test('lets Caddy reach every server, and nothing else from outside', () => {
    expect(services['caddy']?.environment['UPSTREAMS']).toBe(servers.map((name) => `${name}:3000`).join(' '));
    const published = Object.entries(services).flatMap(([name, { ports = [] }]) =>
      ports.map((port) => `${name} ${port}`),
    );
    expect(published).toEqual(['caddy 80:80', 'caddy 443:443']);
  });
});

describe('the unit of systemd', () => {
  const unit = read('topo-for-zapier.service');

  /** The unit as a file, with a program that is there in the place of Node's. */
  const place = (text: string): string => {
    const path = join(tempFolder(), 'topo-for-zapier.service');
    writeFileSync(path, text.replace('/usr/bin/node', process.execPath));
    return path;
  };
  const analyze = (...parameters: string[]) => spawnSync('systemd-analyze', parameters, { encoding: 'utf8' });
  const testSystemd = analyze('--version').status === 0 ? test : test.skip;

  testSystemd('is one that systemd understands, and leaves little open (needs systemd-analyze)', () => {
    const { status, stderr } = analyze('verify', '--man=no', place(unit));
    expect([status, stderr]).toEqual([0, '']);
    const misspelt = analyze('verify', '--man=no', place(unit.replace('DynamicUser=', 'DynamicUsers=')));
    expect(misspelt.stderr).toContain('DynamicUsers');
    const security = analyze('security', '--offline=yes', '--threshold=20', place(unit));
    expect(security.status).toBe(0);
  });

  test('gives the server settings that it knows, and longer to stop than it takes', () => {
    const [, environment = ''] = /^Environment=(.*)$/m.exec(unit) ?? [];
    const names = environment.split(' ').map((setting) => setting.split('=')[0]);
    expect(settingNames).toEqual(expect.arrayContaining(names));
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1])).toBeGreaterThan(25);
  });
});

test.each([
  ['Caddyfile', /^\s*keepalive (\d+)s$/m],
  ['nginx.conf', /^\s*keepalive_timeout (\d+)s;$/m],
])('%s drops an idle connection before the server does', (path, pattern) => {
  const seconds = Number(pattern.exec(read(path))?.[1]);
  expect(seconds).toBeGreaterThan(10);
  expect(seconds * 1000).toBeLessThan(readConfig({}).keepAliveMs - 10_000);
});

test('nginx takes every body that the server takes, and passes on what the server asks for', () => {
  const text = read('nginx.conf');
  expect(Number(/client_max_body_size (\d+)m;/.exec(text)?.[1]) * 1_000_000).toBeGreaterThan(500_000);
  expect(text).toContain('proxy_set_header Host $host;');
  expect(text).toContain('proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;');
});
