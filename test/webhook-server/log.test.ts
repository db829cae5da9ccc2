import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createLog } from '../../webhook-server/log.ts';
import { redact } from '../../webhook-server/secrets/redact.ts';
import { Secret } from '../../webhook-server/secrets/secret.ts';

const canary = 'c4n4ry0123456789';
const secrets = [
  `topo_live_${canary}`,
  `whsec_${canary}+/=`,
  `Bearer ${canary}`,
  `https://hooks.zapier.com/hooks/standard/1/${canary}/`,
  `http://127.0.0.1:4020/${canary}`,
  `https://user:${canary}@hooks.zapier.com/`,
  `https://hooks.zapier.com?${canary}`,
  `postgres://topo:${canary}@127.0.0.1/topo`,
  `https://hooks.zapier.com/hooks/${canary}`,
  `https://hooks.zapier.com/hooks/hok_1/deliveries/${canary}`,
  `https://hooks.zapier.com#${canary}`,
  `https://api.topo.io/v1/${canary}`,
  `https://api.topo.io/v1?key=${canary}`,
  `https://api.topo.io/v1/tasks?key=${canary}`,
  `http://127.0.0.1:3000/events#${canary}`,
  `http://127.0.0.1:3000/people/${canary}`,
  `https://${canary}@api.topo.io/v1`,
  `postgresql://user:password@host/database?password=${canary}`,
  `Basic ${canary}).`,
  `(https://hooks.zapier.com/hooks/standard/1/${canary}/).`,
];

const linesOf = (write: (log: ReturnType<typeof createLog>) => void): string => {
  let lines = '';
  write(
    createLog('debug', {
      write: (line) => {
        lines += line;
      },
    }),
  );
  return lines;
};

test.each(secrets)('%s is taken out of a message, an error, its cause and its fields', (secret) => {
  const error = Object.assign(new Error(`no ${secret}`, { cause: new Error(`because of ${secret}`) }), {
    detail: secret,
  });
  const lines = linesOf((log) => {
    log.info(secret);
    log.error({ error }, `failed: ${secret}`);
    log.error({ cause: secret }, 'failed');
    log.warn({ deep: { deeper: { deepest: secret } } }, 'failed');
  });
  expect(lines).not.toContain(canary);
  for (const line of lines.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('level');
  expect(lines).toContain('[secret]');
});

test('an error about a URL does not quote the URL', () => {
  const lines = linesOf((log) => {
    try {
      new URL(`no-url/${canary}`);
    } catch (error) {
      log.error({ error }, 'failed');
    }
  });
  expect(lines).toContain('Invalid URL');
  expect(lines).not.toContain(canary);
});

test('an error is logged with its message and its cause', () => {
  const lines = linesOf((log) =>
    log.error({ error: new Error('the outer', { cause: new Error('the inner') }) }, 'failed'),
  );
  expect(JSON.parse(lines)).toMatchObject({
    error: { message: 'the outer', cause: { message: 'the inner' } },
    msg: 'failed',
  });
});

test('what has the name of a secret is redacted, whatever it looks like', () => {
  const lines = linesOf((log) =>
    log.info(
      { key: canary, request: { headers: { authorization: canary } }, hook: { target_url: canary, secret: canary } },
      'x',
    ),
  );
  expect(lines).not.toContain(canary);
});

test('a Secret prints as [secret] in the log', () => {
  const lines = linesOf((log) =>
    log.info({ given: new Secret(canary), list: [new Secret(canary)] }, `${new Secret(canary)}`),
  );
  expect(lines).not.toContain(canary);
  expect(lines.match(/\[secret\]/g)).toHaveLength(3);
});

test('ordinary text stays as it is', () => {
  for (const text of [
    'listening at http://127.0.0.1:3000',
    'workspace/1/topo_key',
    'the target answered 500',
    'hok_1',
    'must be an https URL, such as https://api.topo.io/v1 (http for this machine alone)',
    'such as (https://api.topo.io/v1).',
    'no answer (GET http://127.0.0.1:3000/readyz), trying again',
    'GET http://[::1]:3000/hooks/hok_0a1b/deliveries',
    'POST https://hooks.example.com/deliveries/msg_0a1b/retry',
    'PATCH https://api.topo.io/v1/tasks/3c90c3cc-0d44-4b50-8888-8dd25736052a/assignee',
    'must begin with postgres://, as in postgres://user:password@host/database',
    'Send your Topo API key in a header: “Authorization: Bearer topo_…”.',
  ]) {
    expect(redact(text)).toBe(text);
  }
});

test('what surrounds a secret in a sentence stays', () => {
  expect(redact(`no answer (POST https://hooks.zapier.com/hooks/standard/1/${canary}/), trying again`)).toBe(
    'no answer (POST https://hooks.zapier.com/[secret]), trying again',
  );
  expect(redact(`(Authorization: Bearer ${canary})`)).toBe('(Authorization: Bearer [secret])');
  expect(redact(redact(`https://hooks.zapier.com/${canary}`))).toBe('https://hooks.zapier.com/[secret]');
});

test('whatever the path of a hook, the part that cannot be guessed is redacted', () => {
  const part = fc.stringMatching(/^[A-Za-z0-9_.~!$&'()*+,;=:@%-]{1,12}$/);
  const route = fc.constantFrom(
    'hooks',
    'hooks/standard',
    'hooks/catch',
    'v1',
    'v1/tasks',
    'people',
    'events',
    'intents',
  );
  const end = fc.constantFrom('', '/', '?a=1', '#x', ').', '”');
  fc.assert(
    fc.property(route, fc.array(part, { maxLength: 3 }), end, (begin, parts, after) => {
      const url = `https://hooks.zapier.com/${[begin, ...parts, canary].join('/')}${after}`;
      expect(redact(`POST ${url} failed`)).not.toContain(canary);
    }),
  );
});
