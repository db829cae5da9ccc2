import { expect, test } from '@jest/globals';
import { readConfig, settingNames } from '../../webhook-server/config.ts';

const key = 'ab'.repeat(32);
const dayMs = 24 * 3_600_000;

test('every setting has a default', () => {
  expect(readConfig({})).toMatchObject({
    host: '127.0.0.1',
    port: 3000,
    topoApiUrl: 'https://api.topo.io/v1',
    dataFolder: './.data',
    databaseUrl: undefined,
    allowedHosts: [{ hostname: 'hooks.zapier.com', port: '443', allowsPlainHttp: false }],
    encryptionKey: undefined,
    pollIntervalMs: 15_000,
    pollIdleIntervalMs: 60_000,
    topoRequestsPerMinute: 60,
    pollsAtOnce: 256,
    retention: { eventMs: 30 * dayMs, deliveryMs: 30 * dayMs, deadDeliveryMs: 90 * dayMs, hookMs: 30 * dayMs },
    trustedProxies: 0,
    logLevel: 'info',
  });
});

test('an empty variable counts as unset', () => {
  expect(readConfig({ PORT: '', HOST: ' ', NODE_ENV: '', ENCRYPTION_KEY: '' })).toEqual(readConfig({}));
});

test('every bad variable is named at once, and no value is printed', () => {
  const bad = {
    PORT: '70000',
    TOPO_API_URL: 'http://api.topo.example/v1?canary',
    DATABASE_URL: 'mysql://canary:canary@localhost/canary',
    HOOK_ALLOWED_HOSTS: '*.canary.example',
    ENCRYPTION_KEY: 'canary',
    POLL_INTERVAL_MS: '10',
    POLL_IDLE_INTERVAL_MS: 'canary',
    TOPO_REQUESTS_PER_MINUTE: '0',
    POLLS_AT_ONCE: '1',
    RETENTION_DAYS: '0',
    DEAD_LETTER_RETENTION_DAYS: 'canary',
    TRUST_PROXY: 'canary',
    LOG_LEVEL: 'canary',
    TOPO_TASK_URL: 'https://canary.example/tasks',
  };
  const error = (() => {
    try {
      return readConfig(bad);
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(Error);
  const { message } = error as Error;
  for (const name of Object.keys(bad)) expect(message).toContain(`${name} `);
  expect(message).not.toContain('canary');
});

test.each(['https://app.topo.example/tasks/{task_id}', ' https://app.topo.example/inbox?task={task_id}#{task_id} '])(
  'the link to a task has a place for the task: %s',
  (template) => {
    expect(readConfig({ TOPO_TASK_URL: template })).toMatchObject({ taskUrlTemplate: template.trim() });
  },
);

test.each([
  'https://app.topo.example/tasks/',
  'http://app.topo.example/tasks/{task_id}',
  'https://{task_id}.topo.example/',
  'https://user:secret@app.topo.example/{task_id}',
  'app.topo.example/{task_id}',
  'javascript:alert({task_id})',
])('anything else is no link to a task: %s', (template) => {
  expect(() => readConfig({ TOPO_TASK_URL: template })).toThrow(/TOPO_TASK_URL must be an https URL .*\{task_id\}/);
});

test('retention is configured in days', () => {
  const { retention } = readConfig({ RETENTION_DAYS: '7', DEAD_LETTER_RETENTION_DAYS: '14' });
  expect(retention).toEqual({
    eventMs: 7 * dayMs,
    deliveryMs: 7 * dayMs,
    deadDeliveryMs: 14 * dayMs,
    hookMs: 7 * dayMs,
  });
});

test('the token for metrics is long, and printed nowhere', () => {
  const token = '0123456789abcdef'.repeat(2);
  const { metricsToken, metricsPort } = readConfig({ METRICS_TOKEN: ` ${token} `, METRICS_PORT: '9464' });
  expect(metricsToken?.reveal()).toBe(token);
  expect(String(metricsToken)).toBe('[secret]');
  expect(metricsPort).toBe(9464);
  expect(readConfig({})).toMatchObject({ metricsToken: undefined, metricsPort: undefined });
  for (const bad of [token.slice(1), `${token} ${token}`]) {
    expect(() => readConfig({ METRICS_TOKEN: bad })).toThrow(/METRICS_TOKEN must have 32 to 512 characters/);
  }
});

test('the operator’s token is long, may stand in a file, and is printed nowhere', () => {
  const token = '0123456789abcdef'.repeat(2);
  expect(readConfig({ OPERATOR_TOKEN: token }).operatorToken?.reveal()).toBe(token);
  expect(readConfig({}).operatorToken).toBeUndefined();
  expect(() => readConfig({ OPERATOR_TOKEN: token.slice(1) })).toThrow(/OPERATOR_TOKEN must have 32 to 512 characters/);
  expect(settingNames).toContain('OPERATOR_TOKEN_FILE');
});

test('production needs an encryption key', () => {
  expect(() => readConfig({ NODE_ENV: 'production' })).toThrow('ENCRYPTION_KEY is required');
  expect(readConfig({ NODE_ENV: 'production', ENCRYPTION_KEY: key }).encryptionKey?.reveal()).toBe(key);
});

test('a database URL is not printed, and needs an encryption key', () => {
  const DATABASE_URL = 'postgres://canary:canary@localhost/canary';
  expect(() => readConfig({ DATABASE_URL })).toThrow('ENCRYPTION_KEY is required');
  const config = readConfig({ DATABASE_URL, ENCRYPTION_KEY: key });
  expect(config.databaseUrl?.reveal()).toBe(DATABASE_URL);
  expect(JSON.stringify(config)).not.toContain('canary');
  const other = 'postgresql://localhost/topo';
  expect(readConfig({ DATABASE_URL: other, ENCRYPTION_KEY: key }).databaseUrl?.reveal()).toBe(other);
});

test('a key may be written in hexadecimal or in base64', () => {
  const base64 = Buffer.from(key, 'hex').toString('base64');
  expect(readConfig({ ENCRYPTION_KEY: base64 }).encryptionKey?.reveal()).toBe(base64);
});

test('the configuration prints no key', () => {
  expect(JSON.stringify(readConfig({ ENCRYPTION_KEY: key }))).not.toContain(key);
});

test('ENCRYPTION_KEY_OLD needs ENCRYPTION_KEY, and neither is printed', () => {
  const old = 'ab'.repeat(32);
  expect(() => readConfig({ ENCRYPTION_KEY_OLD: old })).toThrow(/ENCRYPTION_KEY is required with ENCRYPTION_KEY_OLD/);
  expect(() => readConfig({ ENCRYPTION_KEY: old, ENCRYPTION_KEY_OLD: 'canary' })).toThrow(
    /ENCRYPTION_KEY_OLD must hold 32 bytes/,
  );
  expect(JSON.stringify(readConfig({ ENCRYPTION_KEY: old, ENCRYPTION_KEY_OLD: old }))).not.toContain(old);
});

test.each([
  ['HOOKS_PER_WORKSPACE', '7', { quotas: { hooks: 7 } }],
  ['WAITING_DELIVERIES_PER_WORKSPACE', '7', { quotas: { waitingDeliveries: 7 } }],
  ['INTENTS_PER_WORKSPACE', '7', { quotas: { intents: 7 } }],
  ['CHOICES_PER_WORKSPACE', '7', { quotas: { choices: 7 } }],
  ['PEOPLE_PER_WORKSPACE', '7', { quotas: { people: 7 } }],
  ['REQUESTS_PER_MINUTE', '7', { limits: { requestsPerMinute: 7, wakeUpsPerMinute: 1, manualDeliveriesPerMinute: 1 } }],
  ['NEW_KEYS_PER_MINUTE', '7', { limits: { newKeysPerMinute: 7, unauthenticatedPerMinute: 35 } }],
  ['BODY_KILOBYTES', '7', { limits: { bodyKilobytes: 7 } }],
  ['MAX_CONNECTIONS', '7', { maxConnections: 7 }],
  ['KEEP_ALIVE_SECONDS', '7', { keepAliveMs: 7_000 }],
])('%s is configurable, and must be a number', (name, value, expected) => {
  expect(readConfig({ [name]: value })).toMatchObject(expected);
  for (const bad of ['0', '-1', '1.5', 'many', '1e9']) expect(() => readConfig({ [name]: bad })).toThrow(name);
});

test('backups have a time between them, a number that is kept and a folder', () => {
  expect(readConfig({}).backups).toBeUndefined();
  expect(readConfig({ BACKUP_EVERY: '6h', DATA_DIR: '/srv/data' }).backups).toEqual({
    everyMs: 6 * 3_600_000,
    keep: 28,
    folder: '/srv/data/backups',
  });
  expect(readConfig({ BACKUP_EVERY: '1d', BACKUP_KEEP: '7', BACKUP_DIR: '/mnt' }).backups).toEqual({
    everyMs: 24 * 3_600_000,
    keep: 7,
    folder: '/mnt',
  });
  for (const wrong of ['6', '0h', '6 hours', '-1h']) {
    expect(() => readConfig({ BACKUP_EVERY: wrong })).toThrow(/BACKUP_EVERY must be a number with m, h or d/);
  }
  const postgres = { DATABASE_URL: 'postgres://127.0.0.1/topo', ENCRYPTION_KEY: 'ab'.repeat(32) };
  expect(() => readConfig({ ...postgres, BACKUP_EVERY: '6h' })).toThrow(/BACKUP_EVERY is for SQLite alone/);
});

test('notices go to an https address on a host of a list of its own', () => {
  const url = 'https://hooks.slack.com/services/T0/B0/canary';
  expect(readConfig({}).noticeTarget).toBeUndefined();
  expect(readConfig({ NOTICE_WEBHOOK_URL: url }).noticeTarget?.reveal()).toBe(url);
  const elsewhere = { NOTICE_WEBHOOK_URL: 'https://chat.example.com/canary', HOOK_ALLOWED_HOSTS: 'chat.example.com' };
  expect(() => readConfig(elsewhere)).toThrow(
    /NOTICE_WEBHOOK_URL cannot be used: its host is not on the list of allowed hosts \(NOTICE_ALLOWED_HOSTS\)$/,
  );
  expect(readConfig({ ...elsewhere, NOTICE_ALLOWED_HOSTS: 'chat.example.com' }).noticeTarget).toBeDefined();
  expect(() => readConfig({ NOTICE_WEBHOOK_URL: url.replace('https', 'http') })).toThrow(/NOTICE_WEBHOOK_URL cannot/);
  expect(settingNames).toContain('NOTICE_WEBHOOK_URL_FILE');
});
