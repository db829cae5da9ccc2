import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DeliveryOutcome } from '../../../webhook-server/store/work-store.ts';
import { createBrowser } from '../../support/browse.ts';
import { startHttp } from '../../support/started-http.ts';
import { happen, idOf } from '../../support/tenancy/world.ts';

let http: Awaited<ReturnType<typeof startHttp>>;
let browser: ReturnType<typeof createBrowser>;
const hooks: Record<string, string> = {};

const subscribe = async (name: string, filters: Record<string, unknown> = {}, zap_id?: string): Promise<string> => {
  const target_url = `https://hooks.zapier.com/hooks/standard/1/${name}/`;
  const body = { target_url, event: 'task.reassigned', filters, ...(zap_id === undefined ? {} : { zap_id }) };
  return (await http.call('POST', '/hooks', http.keys.full, body)).json.id;
};

/** Every task goes to the next person. */
const change = async (to: number): Promise<void> => {
  http.passTime(1_000);
  await happen(http.store.work, { kind: 'scan', to }, http.nowMs());
};

/** What is due is sent, with this outcome for the hook and success for all others. */
/** Twice, as the second of a sequence run waits for the first. */
const deliver = async (failing: string | undefined, outcome: DeliveryOutcome, status: number): Promise<void> => {
  await deliverDue(failing, outcome, status);
  await deliverDue(failing, outcome, status);
};

const deliverDue = async (failing: string | undefined, outcome: DeliveryOutcome, status: number): Promise<void> => {
  const claims = await http.store.work.claimDeliveries({ limit: 100, perHook: 8, leaseMs: 45_000, rateLimits: null });
  await http.store.work.settle(
    claims.map(({ id, lease, hookId }) =>
      hookId === failing
        ? { id, lease, outcome, took: { durationMs: 20, status } }
        : { id, lease, outcome: { kind: 'delivered' as const }, took: { durationMs: 20, status: 200 } },
    ),
  );
};

/** The filters for so many hours until now. */
const hours = (count: number): string =>
  `&since=${new Date(http.nowMs() - count * 3_600_000).toISOString()}&until=${new Date(http.nowMs() + 1_000).toISOString()}`;

/** Which of the five answers are well, and the page. */
const why = async (hook: string | undefined, query = '') => {
  const { status, text } = await browser.get(`/why?hook=${hook ?? ''}${query}`);
  return { status, text, answers: [...text.matchAll(/data-answer="(\w+)"/g)].map(([, state]) => state) };
};

beforeAll(async () => {
  http = await startHttp({ sandbox: { taskCount: 0 } });
  browser = createBrowser(http.url);
  await browser.signIn(http.keys.full);
  hooks['well'] = await subscribe('well');
  hooks['filtered'] = await subscribe('filtered', { task_types: ['EMAIL_REPLY'], kinds: ['unassigned'] });
  hooks['failing'] = await subscribe('failing');
  hooks['gone'] = await subscribe('gone');
  await change(0);
  http.passTime(3_700_000);
  await change(1);
  await deliver(
    hooks['failing'],
    { kind: 'retry', afterMs: 60_000, reason: 'the target answered 500', certainty: 'refused' },
    500,
  );
});
afterAll(() => http.close());

test('without a Zap the form is offered, and no answer', async () => {
  const { status, answers, text } = await why(undefined);
  expect({ status, answers }).toEqual({ status: 200, answers: [] });
  expect(text).toContain('Zap at hooks.zapier.com');
});

test('what was received says so, with the time of each attempt', async () => {
  const { answers, text } = await why(hooks['well'], hours(1));
  expect(answers.slice(1)).toEqual(['well', 'well', 'well', 'well']);
  expect(text).toContain('received by Zapier');
  expect(text).toContain('Zapier answered 200 after 20 ms');
  expect(text).toContain('Zap History');
});

test('what a filter kept out names the filter, and the other Zaps that were told', async () => {
  await http.call('PATCH', `/hooks/${hooks['well']}`, http.keys.full, { name: 'Tell <i>the</i> team' });
  const { answers, text } = await why(hooks['filtered'], hours(1));
  expect(answers.slice(2)).toEqual(['well', 'trouble', 'trouble']);
  expect(text).toMatch(
    /the filter on the type of the task kept it out\. Other Zaps were told: “[^”]+”, “[^”]+”, “[^”]+”\./,
  );
  expect(text).toContain('“Tell &lt;i>the&lt;/i> team”');
  expect(text).toContain('There was nothing to send.');
});

test('what could not be delivered says what came instead, and when it is tried again', async () => {
  const { answers, text } = await why(hooks['failing'], hours(1));
  expect(answers.slice(1)).toEqual(['well', 'well', 'well', 'trouble']);
  expect(text).toMatch(/waiting<\/strong>: the target answered 500, next attempt <time/);
  expect(text).toContain('Zapier answered 500');
});

test('a person who had nothing to do with it finds no change', async () => {
  const { answers, text } = await why(hooks['well'], `${hours(1)}&person=${idOf('user', 9)}`);
  expect(answers.slice(2)).toEqual(['trouble', 'trouble', 'trouble']);
  expect(text).toContain('Nothing was found that fits');
});

test('an hour in which Topo was not read is a gap, with its length', async () => {
  const { answers, text } = await why(hooks['well'], hours(24));
  expect(answers[0]).toBe('trouble');
  expect(text).toContain('Not all of that time.');
});

test('a Zap that Zapier does not know any more says so, and since when', async () => {
  await change(0);
  await deliver(hooks['gone'], { kind: 'gone' }, 410);
  const { answers, text } = await why(hooks['gone'], hours(1));
  expect(answers[1]).toBe('trouble');
  expect(text).toContain('Zapier answered that it does not exist any more (410)');
  expect(text).toContain('(turned off)');
});

test('what is so today does not answer for a time before: a Zap that has ended listened until then', async () => {
  const at = (agoMs: number) => new Date(http.nowMs() - agoMs).toISOString();
  const { answers } = await why(hooks['gone'], `&since=${at(60_000)}&until=${at(500)}`);
  expect(answers[1]).toBe('well');
  const before = await why(hooks['gone'], `&since=${at(3 * 3_600_000)}&until=${at(2 * 3_600_000)}`);
  expect(before.text).toContain('Not before <time');
});

test('a delivery is sent again from here, by whoever may write', async () => {
  const { text } = await why(hooks['well'], hours(1));
  const [, delivery = '', back = ''] =
    /name="delivery" value="([^"]+)".*?name="back" value="([^"]+)"/s.exec(text) ?? [];
  const sent = await browser.post('/why', { delivery, back: back.replaceAll('&amp;', '&') });
  expect([sent.status, sent.headers.get('location')]).toEqual([303, back.replaceAll('&amp;', '&')]);
  expect((await why(hooks['well'], hours(1))).text).toContain('data-delivery="waiting"');
  expect((await browser.post('/why', { delivery, back: 'https://example.com/' })).status).toBe(400);

  const reader = createBrowser(http.url);
  await reader.signIn(http.keys.readOnly);
  expect((await reader.get(`/why?hook=${hooks['well']}${hours(1)}`)).text).not.toContain('name="delivery"');
  expect((await reader.post('/why', { delivery, back: 'why' })).status).toBe(403);
});

test('a Zap of nobody here, and one of another workspace, are both unknown', async () => {
  expect((await why('hok_unknown')).status).toBe(404);
  const foreign = createBrowser(http.url);
  await foreign.signIn(http.foreignKey);
  expect((await foreign.get(`/why?hook=${hooks['well']}`)).status).toBe(404);
  expect((await foreign.get('/why')).text).toContain('No Zap listens here yet.');
});

test('what came while the Zap was off says so, and leads to where it can be sent', async () => {
  const before = await subscribe('off', {}, '7');
  await change(1);
  await deliver(undefined, { kind: 'delivered' }, 200);
  const since = http.nowMs() + 1;
  await http.call('DELETE', `/hooks/${before}`, http.keys.full);
  await change(2);
  const time = `&since=${new Date(since).toISOString()}&until=${new Date(http.nowMs() + 1_000).toISOString()}`;
  const off = await why(before, time);
  expect(off.text).toContain('It came while the Zap was off.');
  expect(off.text).toContain('Turn the Zap on in Zapier, and come back to send what it missed.');

  const after = await subscribe('on', {}, '7');
  for (const hook of [before, after]) {
    const { text } = await why(hook, time);
    expect(text).toContain('It came while the Zap was off.');
    const [, href = ''] = /<a href="(send-again[^"]+)">Send what it missed</.exec(text) ?? [];
    expect((await browser.get(`/${href.replaceAll('&amp;', '&')}`)).text).toContain(
      '3 events came while the Zap was off',
    );
  }
  expect((await why(after, time)).answers[1]).toBe('trouble');
  const long = await why(after, `&since=${new Date(since - 60_000).toISOString()}`);
  expect(long.text).toMatch(/Not from <time[^>]+>[^<]+<\/time> until <time[^>]+>[^<]+<\/time>: it was off/);
  // What the Zap heard of before is its history.
  expect((await why(after, hours(1))).text).toContain('received by Zapier');
});
