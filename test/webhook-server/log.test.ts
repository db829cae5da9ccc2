import { expect, test } from '@jest/globals';
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
  ]) {
    expect(redact(text)).toBe(text);
  }
});
