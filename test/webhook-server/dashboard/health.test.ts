import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createBrowser } from '../../support/browse.ts';
import { startHttp } from '../../support/started-http.ts';
import { happen } from '../../support/tenancy/world.ts';

const token = 'o'.repeat(40);

let http: Awaited<ReturnType<typeof startHttp>>;
beforeAll(async () => {
  http = await startHttp({ sandbox: { taskCount: 0 }, operatorToken: token });
});
afterAll(() => http.close());

/** What the pages of health say of delays: that of the workspace, and that of the operator. */
const delaysSaid = async (): Promise<(string | undefined)[]> => {
  const workspace = createBrowser(http.url);
  await workspace.signIn(http.keys.full);
  const operator = createBrowser(http.url);
  await operator.post('/operator-sign-in', { token });
  const pages = [await workspace.get('/health'), await operator.get('/operator')];
  return pages.map(({ text }) => /<p data-delays[^>]*>(.*?)<\/p>/s.exec(text)?.[1]);
};

test('how soon Zaps hear is said once something was delivered, to the workspace and to the operator', async () => {
  const target_url = 'https://hooks.zapier.com/hooks/standard/1/abc/';
  await http.call('POST', '/hooks', http.keys.full, { target_url, event: 'task.reassigned' });
  for (const to of [0, 1]) {
    http.passTime(1_000);
    await happen(http.store.work, { kind: 'scan', to }, http.nowMs());
  }
  expect(await delaysSaid()).toEqual([undefined, undefined]);
  http.passTime(11_500);
  await happen(http.store.work, { kind: 'deliver', outcome: 'delivered' }, http.nowMs());
  const soon =
    '95 of 100 of the last day’s changes reached their Zap within 12 seconds. Counted from when this server saw them: ' +
    '95 of 100 within 12 seconds. This is what the last 2 deliveries took.';
  expect(await delaysSaid()).toEqual([soon, soon]);
  // The second of a sequence run waited for the first.
  http.passTime(120_000);
  await happen(http.store.work, { kind: 'deliver', outcome: 'delivered' }, http.nowMs());
  const later =
    'Half of the last day’s changes reached their Zap within 12 seconds, and 95 of 100 within 3 minutes. Counted from ' +
    'when this server saw them: half within 12 seconds, and 95 of 100 within 3 minutes. This is what the last 3 ' +
    'deliveries took.';
  expect(await delaysSaid()).toEqual([later, later]);
});
