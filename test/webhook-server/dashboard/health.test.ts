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
  const ofFew =
    'In the last day each of the 2 deliveries reached its Zap within 12 seconds of the change in Topo, and within 12 ' +
    'seconds of this server seeing it.';
  expect(await delaysSaid()).toEqual([ofFew, ofFew]);

  // One of a sequence run waits for another, and then one by one is told at once.
  http.passTime(120_000);
  for (let round = 0; round < 20; round += 1) {
    await happen(http.store.work, { kind: 'deliver', outcome: 'delivered' }, http.nowMs());
    http.passTime(1_000);
    await happen(http.store.work, { kind: 'scan', to: round % 3 }, http.nowMs());
  }
  const [said, saidToOperator] = await delaysSaid();
  expect(said).toMatch(
    /^Of the last \d\d deliveries within a day, half reached their Zap within .* of the change in Topo, and 95 of 100 within .*\. From when this server saw the change, it was .* for half, and .* for 95 of 100\.$/,
  );
  expect(saidToOperator).toBe(said);
});
