import { join } from 'node:path';
import * as z from 'zod';
import { isSafeBaseUrl } from '../contract/safe-url.ts';
import { createTargetCheck, readAllowedHost } from './hook-target.ts';
import { defaultLimits, deriveLimits } from './http/limits.ts';
import { decodeKey } from './secrets/encryption-key.ts';
import { Secret } from './secrets/secret.ts';
import { fileVariableOf, readSettingFiles } from './setting-files.ts';
import { usualQuotas } from './store/quotas.ts';

const dayMs = 24 * 3_600_000;

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,12}$/, { error: `must be a whole number from ${least} to ${most}`, abort: true })
    .transform(Number)
    .refine((value) => value >= least && value <= most, { error: `must be a whole number from ${least} to ${most}` });

const hosts = z.string().transform((list, context) =>
  list.split(',').flatMap((text) => {
    const host = readAllowedHost(text.trim());
    if (host === undefined) {
      const message = 'must be a comma list of exact hosts, such as hooks.zapier.com or 127.0.0.1:4020';
      context.addIssue({ code: 'custom', message });
      return [];
    }
    return [host];
  }),
);

const unitMs = { m: 60_000, h: 3_600_000, d: dayMs };

/** A time such as 30m, 6h or 1d, in milliseconds. */
const duration = z
  .string()
  .trim()
  .regex(/^[1-9]\d{0,3}[mhd]$/, { error: 'must be a number with m, h or d, such as 30m, 6h or 1d' })
  .transform((text) => {
    const unit = text.endsWith('m') ? 'm' : text.endsWith('h') ? 'h' : 'd';
    return Number(text.slice(0, -1)) * unitMs[unit];
  });

/** A link that people click: it has a place for the task, and leads where it is read to lead. */
const isTaskUrlTemplate = (template: string): boolean => {
  const url = URL.parse(template.replaceAll('{task_id}', 'task'));
  const host = URL.parse(template.replaceAll('{task_id}', 'another'))?.host;
  return (
    template.includes('{task_id}') &&
    url?.protocol === 'https:' &&
    url.host === host &&
    url.username === '' &&
    url.password === ''
  );
};

const encryptionKey = z
  .string()
  .refine((text) => decodeKey(text) !== undefined, {
    error: 'must hold 32 bytes, as 64 hexadecimal digits or in base64',
  })
  .transform((text) => new Secret(text))
  .optional();

const token = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]{32,512}$/, {
    error: 'must have 32 to 512 characters without spaces: make one with `openssl rand -hex 32`',
  })
  .transform((text) => new Secret(text))
  .optional();

const Environment = z
  .object({
    NODE_ENV: z.string().optional(),
    HOST: z.string().default('127.0.0.1'),
    PORT: wholeNumber(0, 65_535).default(3000),
    TOPO_API_URL: z
      .string()
      .trim()
      .refine(isSafeBaseUrl, {
        error:
          'must be an https URL, such as https://api.topo.io/v1 (http for this machine alone), without a user name, “?” or “#”',
      })
      .default('https://api.topo.io/v1'),
    TOPO_TASK_URL: z
      .string()
      .trim()
      .max(1_000, { error: 'must be at most 1000 characters long' })
      .refine(isTaskUrlTemplate, {
        error:
          'must be an https URL without a user name and with {task_id} in its path, as in https://…/tasks/{task_id}',
      })
      .optional(),
    PUBLIC_URL: z
      .string()
      .trim()
      .refine(isSafeBaseUrl, { error: 'must be an https URL, such as https://hooks.example.com' })
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    DATA_DIR: z.string().default('./.data'),
    DATABASE_URL: z
      .string()
      .regex(/^postgres(ql)?:\/\//, {
        error: 'must begin with postgres://, as in postgres://user:password@host/database',
      })
      .transform((text) => new Secret(text))
      .optional(),
    HOOK_ALLOWED_HOSTS: hosts.prefault('hooks.zapier.com'),
    ENCRYPTION_KEY: encryptionKey,
    ENCRYPTION_KEY_OLD: encryptionKey,
    POLL_INTERVAL_MS: wholeNumber(250, 3_600_000).default(15_000),
    POLL_IDLE_INTERVAL_MS: wholeNumber(250, 3_600_000).default(60_000),
    TOPO_REQUESTS_PER_MINUTE: wholeNumber(1, 100_000).default(60),
    POLLS_AT_ONCE: wholeNumber(2, 4_096).default(256),
    RETENTION_DAYS: wholeNumber(1, 3_650).default(30),
    DEAD_LETTER_RETENTION_DAYS: wholeNumber(1, 3_650).default(90),
    HOOKS_PER_WORKSPACE: wholeNumber(1, 100_000).default(usualQuotas.hooks),
    WAITING_DELIVERIES_PER_WORKSPACE: wholeNumber(1, 10_000_000).default(usualQuotas.waitingDeliveries),
    INTENTS_PER_WORKSPACE: wholeNumber(1, 10_000_000).default(usualQuotas.intents),
    CHOICES_PER_WORKSPACE: wholeNumber(1, 10_000_000).default(usualQuotas.choices),
    PEOPLE_PER_WORKSPACE: wholeNumber(1, 1_000_000).default(usualQuotas.people),
    REQUESTS_PER_MINUTE: wholeNumber(1, 10_000_000).default(defaultLimits.requestsPerMinute),
    NEW_KEYS_PER_MINUTE: wholeNumber(1, 10_000_000).default(defaultLimits.newKeysPerMinute),
    BODY_KILOBYTES: wholeNumber(1, 10_000).default(defaultLimits.bodyKilobytes),
    MAX_CONNECTIONS: wholeNumber(1, 100_000).default(2_000),
    // Longer than nginx (75 s) and load balancers (60 s) keep a connection: else they send a call just when it closes.
    KEEP_ALIVE_SECONDS: wholeNumber(1, 3_600).default(80),
    BACKUP_EVERY: duration.optional(),
    BACKUP_KEEP: wholeNumber(1, 10_000).default(28),
    BACKUP_DIR: z.string().optional(),
    METRICS_PORT: wholeNumber(0, 65_535).optional(),
    METRICS_TOKEN: token,
    OPERATOR_TOKEN: token,
    NOTICE_WEBHOOK_URL: z.string().trim().optional(),
    NOTICE_ALLOWED_HOSTS: hosts.prefault('hooks.slack.com'),
    TRUST_PROXY: wholeNumber(0, 10).default(0),
    LOG_LEVEL: z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], {
        error: 'must be one of fatal, error, warn, info, debug, silent',
      })
      .default('info'),
  })
  .refine(({ NODE_ENV, ENCRYPTION_KEY }) => NODE_ENV !== 'production' || ENCRYPTION_KEY !== undefined, {
    path: ['ENCRYPTION_KEY'],
    error:
      'is required when NODE_ENV is production: make one with `openssl rand -hex 32`, and keep it in a file that ENCRYPTION_KEY_FILE names',
  })
  .refine(({ DATABASE_URL, ENCRYPTION_KEY }) => DATABASE_URL === undefined || ENCRYPTION_KEY !== undefined, {
    path: ['ENCRYPTION_KEY'],
    error: 'is required with DATABASE_URL, the same for every server: make one with `openssl rand -hex 32`',
  })
  .refine(
    ({ ENCRYPTION_KEY, ENCRYPTION_KEY_OLD }) => ENCRYPTION_KEY_OLD === undefined || ENCRYPTION_KEY !== undefined,
    {
      path: ['ENCRYPTION_KEY'],
      error: 'is required with ENCRYPTION_KEY_OLD: it is what everything is sealed with from now on',
    },
  )
  .refine(({ DATABASE_URL, BACKUP_EVERY }) => DATABASE_URL === undefined || BACKUP_EVERY === undefined, {
    path: ['BACKUP_EVERY'],
    error: 'is for SQLite alone: PostgreSQL is backed up with `pg_dump` or point-in-time recovery (docs/operate.md)',
  })
  .superRefine(({ NOTICE_WEBHOOK_URL, NOTICE_ALLOWED_HOSTS }, context) => {
    if (NOTICE_WEBHOOK_URL === undefined) return;
    const verdict = createTargetCheck(NOTICE_ALLOWED_HOSTS, 'NOTICE_ALLOWED_HOSTS')(NOTICE_WEBHOOK_URL);
    if (verdict.kind === 'allowed') return;
    context.addIssue({ code: 'custom', path: ['NOTICE_WEBHOOK_URL'], message: `cannot be used: ${verdict.reason}` });
  })
  .transform((environment) => ({
    host: environment.HOST,
    port: environment.PORT,
    topoApiUrl: environment.TOPO_API_URL,
    taskUrlTemplate: environment.TOPO_TASK_URL,
    publicUrl: environment.PUBLIC_URL,
    dataFolder: environment.DATA_DIR,
    databaseUrl: environment.DATABASE_URL,
    allowedHosts: environment.HOOK_ALLOWED_HOSTS,
    encryptionKey: environment.ENCRYPTION_KEY,
    oldEncryptionKey: environment.ENCRYPTION_KEY_OLD,
    pollIntervalMs: environment.POLL_INTERVAL_MS,
    pollIdleIntervalMs: environment.POLL_IDLE_INTERVAL_MS,
    topoRequestsPerMinute: environment.TOPO_REQUESTS_PER_MINUTE,
    pollsAtOnce: environment.POLLS_AT_ONCE,
    retention: {
      eventMs: environment.RETENTION_DAYS * dayMs,
      deliveryMs: environment.RETENTION_DAYS * dayMs,
      deadDeliveryMs: environment.DEAD_LETTER_RETENTION_DAYS * dayMs,
      hookMs: environment.RETENTION_DAYS * dayMs,
    },
    quotas: {
      hooks: environment.HOOKS_PER_WORKSPACE,
      waitingDeliveries: environment.WAITING_DELIVERIES_PER_WORKSPACE,
      intents: environment.INTENTS_PER_WORKSPACE,
      choices: environment.CHOICES_PER_WORKSPACE,
      people: environment.PEOPLE_PER_WORKSPACE,
    },
    limits: deriveLimits({
      requestsPerMinute: environment.REQUESTS_PER_MINUTE,
      newKeysPerMinute: environment.NEW_KEYS_PER_MINUTE,
      bodyKilobytes: environment.BODY_KILOBYTES,
    }),
    maxConnections: environment.MAX_CONNECTIONS,
    keepAliveMs: environment.KEEP_ALIVE_SECONDS * 1000,
    backups:
      environment.BACKUP_EVERY === undefined
        ? undefined
        : {
            everyMs: environment.BACKUP_EVERY,
            keep: environment.BACKUP_KEEP,
            folder: environment.BACKUP_DIR ?? join(environment.DATA_DIR, 'backups'),
          },
    metricsPort: environment.METRICS_PORT,
    metricsToken: environment.METRICS_TOKEN,
    operatorToken: environment.OPERATOR_TOKEN,
    noticeTarget: environment.NOTICE_WEBHOOK_URL === undefined ? undefined : new Secret(environment.NOTICE_WEBHOOK_URL),
    trustedProxies: environment.TRUST_PROXY,
    logLevel: environment.LOG_LEVEL,
  }));

export type Config = z.output<typeof Environment>;

/** The configuration is wrong: the message names every bad variable and prints no value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Secrets may stand in files: ENCRYPTION_KEY_FILE names the file that holds ENCRYPTION_KEY. */
const settingsInFiles = [
  'ENCRYPTION_KEY',
  'ENCRYPTION_KEY_OLD',
  'DATABASE_URL',
  'METRICS_TOKEN',
  'OPERATOR_TOKEN',
  'NOTICE_WEBHOOK_URL',
];

/** The names of all variables that the server reads. */
export const settingNames = [...Object.keys(Environment.in.shape), ...settingsInFiles.map(fileVariableOf)];

/** The variables that are set: an empty one counts as one that is not. */
export const givenVariables = (environment: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === undefined || value.trim() === '' ? [] : [[name, value] as const],
    ),
  );

/**
 * Reads the server's configuration, and the files that it names. An empty variable counts as one that is not set.
 *
 * @throws ConfigError naming every bad variable at once.
 */
export const readConfig = (environment: Readonly<Record<string, string | undefined>>): Config => {
  const { settings, fromFiles, faults } = readSettingFiles(givenVariables(environment), settingsInFiles);
  const parsed = Environment.safeParse(settings);
  if (parsed.success && faults.length === 0) return parsed.data;

  const isTold = new Set(faults.map(({ variable }) => variable));
  const issues = (parsed.error?.issues ?? [])
    .map(({ path, message }) => ({ name: path.join('.'), message }))
    .filter(({ name }) => !isTold.has(fileVariableOf(name)));
  const lines = [
    ...faults.map(({ variable, message }) => `  ${variable} ${message}`),
    ...issues.map(
      ({ name, message }) => `  ${fromFiles.has(name) ? `The file of ${fileVariableOf(name)}` : name} ${message}`,
    ),
  ];
  throw new ConfigError(`The configuration is not usable:\n${[...new Set(lines)].join('\n')}`);
};
