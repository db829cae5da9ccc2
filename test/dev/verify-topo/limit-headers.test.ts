import { expect, test } from '@jest/globals';
import { layRoad } from '../../support/verify-topo/road.ts';
import { facts, openWorkspace } from '../../support/verify-topo/verification.ts';

test('headers about the rate limit are shown', async () => {
  const { verifyAll, url } = await openWorkspace();
  const { apiUrl } = await layRoad(url, { headers: { 'X-RateLimit-Limit': '600', 'x-ratelimit-remaining': '1' } });
  const { seen } = await verifyAll({ apiUrl });
  expect(seen.get(facts.limits)?.seen).toBe('x-ratelimit-limit: 600, x-ratelimit-remaining: 1');
});

test('a 429 is retried after the wait that it asks for', async () => {
  const { verifyAll, sandbox, waits } = await openWorkspace();
  sandbox.injectFault({ kind: 'rate limit', retryAfter: 7, method: 'PATCH', times: 2 });
  const { code, seen } = await verifyAll();
  expect(code).toBe(0);
  expect(waits.filter((ms) => ms === 7_000)).toHaveLength(2);
  expect(seen.get(facts.limits)?.seen).toBe('retry-after: 7');
});
