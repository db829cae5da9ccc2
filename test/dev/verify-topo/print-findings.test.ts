import { expect, test } from '@jest/globals';
import { layRoad } from '../../support/verify-topo/road.ts';
import { facts, openWorkspace } from '../../support/verify-topo/verification.ts';

test('the table says what each difference means', async () => {
  const { verify, task, dora } = await openWorkspace({ assumptions: { getSequence: false } });
  const { code, printed } = await verify(['--task', task.id, '--to', dora, '--yes'], { width: 100 });
  expect(code).toBe(2);
  const [head = '', rule = ''] = printed.split('\n');
  expect(head).toMatch(/^fact +expected +seen +verdict$/);
  expect(rule.length).toBeLessThanOrEqual(100);
  expect(printed).toMatch(/GET \/v1\/sequences.+different/);
  expect(printed).toMatch(
    /What is different means:\n {2}GET \/v1\/sequences\/\{id\} exists: A filter on sequence templates /,
  );
  const table = printed.split('\n\nWhat')[0] ?? '';
  expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
});

test('a key that Topo quotes is not printed, nor are control characters', async () => {
  const { verifyAll, url } = await openWorkspace();
  const { apiUrl } = await layRoad(url, {
    instead: (request) =>
      request.path.includes('/sequences/')
        ? { status: 418, body: { message: `No\u001b[31m use for ${request.key}` } }
        : undefined,
  });
  const { seen } = await verifyAll({ apiUrl });
  expect(seen.get(facts.sequenceCall)?.seen).toBe('Topo answered 418 “No [31m use for [secret]”');
});

test('no part of the key is printed when a long text is cut, nor a key in a header', async () => {
  const { verifyAll, url, workspace } = await openWorkspace();
  const key = workspace.keys.full;
  const { apiUrl } = await layRoad(url, {
    headers: { 'x-ratelimit-scope': key },
    instead: (request) =>
      request.path.includes('/sequences/')
        ? { status: 418, body: { message: `${'x'.repeat(120)} ${key}` } }
        : undefined,
  });
  const { seen } = await verifyAll({ apiUrl });
  expect(seen.get(facts.sequenceCall)?.seen).not.toContain(key.slice(0, 10));
  expect(seen.get(facts.limits)?.seen).toBe('x-ratelimit-scope: [secret]');
});
