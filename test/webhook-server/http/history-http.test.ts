import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Delivery, DeliveryHistory, DeliveryPage } from '../../../contract/delivery.ts';
import { Readings } from '../../../contract/reading.ts';
import type { DeliveryOutcome } from '../../../webhook-server/store/work-store.ts';
import { startHttp } from '../../support/started-http.ts';

let http: Awaited<ReturnType<typeof startHttp>>;
let key: string;
beforeAll(async () => {
  http = await startHttp();
  key = http.keys.full;
});
afterAll(() => http.close());

const subscribe = async (name: string): Promise<string> => {
  const target_url = `https://hooks.zapier.com/hooks/standard/1/canary-${name}/`;
  return (await http.call('POST', '/hooks', key, { target_url, event: 'task.reassigned' })).json.id;
};

const settle = async (outcome: DeliveryOutcome, status: number | null) => {
  const claims = await http.store.work.claimDeliveries({ limit: 100, perHook: 8, leaseMs: 45_000, rateLimits: null });
  const took = { durationMs: 20, status };
  await http.store.work.settle(claims.map(({ id, lease }) => ({ id, lease, outcome, took })));
};

const get = (path: string, by = key) => http.call('GET', path, by);

describe('what was sent', () => {
  let hookId: string;
  let refused: string;
  let delivered: string;

  beforeAll(async () => {
    hookId = await subscribe('sent');
    const sendTest = async () => Delivery.parse((await http.call('POST', `/hooks/${hookId}/test`, key)).json).id;
    refused = await sendTest();
    await settle({ kind: 'dead', afterMs: 0, reason: 'the target answered 500', certainty: 'refused' }, 500);
    delivered = await sendTest();
    await settle({ kind: 'delivered' }, 200);
  });

  const list = async (query: string, by = key) => {
    const { text, json } = await get(`/deliveries${query}`, by);
    return { text, ids: DeliveryPage.parse(json).items.map(({ id }) => id) };
  };

  test('is listed across hooks, by time, state, hook and answer', async () => {
    expect(await list('', http.keys.readOnly)).toMatchObject({ ids: [delivered, refused] });
    expect((await list('?state=dead')).ids).toEqual([refused]);
    expect((await list('?status=500')).ids).toEqual([refused]);
    expect((await list(`?hook=${hookId}&status=200`)).ids).toEqual([delivered]);
    expect((await list('?hook=hok_another')).ids).toEqual([]);
    expect((await list('?since=2026-03-02T09:00:00Z&until=2026-03-02T10:00:00%2B01:00')).ids).toEqual([]);
    expect((await list(`?limit=1&before=${delivered}`)).ids).toEqual([refused]);
    expect((await list('')).text).not.toMatch(/canary|whsec_|"task"/);
  });

  test('shows each attempt, to nobody of another workspace', async () => {
    const { json, text } = await get(`/deliveries/${refused}`);
    expect(DeliveryHistory.parse(json)).toMatchObject({
      id: refused,
      state: 'dead',
      attempts_made: [
        { number: 1, duration_ms: 20, status: 500, outcome: 'refused', reason: 'the target answered 500' },
      ],
      next_attempt_at: null,
    });
    expect(text).not.toMatch(/canary|whsec_|"task"/);
    expect(await get(`/deliveries/${refused}`, http.foreignKey)).toMatchObject({ status: 404 });
  });

  test.each(['?status=99', '?since=yesterday', '?before=msg_unknown', '?person=x'])('refuses %s', async (query) => {
    expect(await get(`/deliveries${query}`)).toMatchObject({ status: 400 });
  });
});

describe('when the workspace was read', () => {
  test('is told as spans, and a gap says why', async () => {
    await subscribe('read');
    const [claim] = await http.store.work.claimPolls({ limit: 1, leaseMs: 60_000 });
    const { organizationId = '', lease = '' } = claim ?? {};
    const trouble = { reason: 'Topo answered 503', isLimited: false };
    const outcome = {
      organizationId,
      lease,
      nextPollInMs: 1_000,
      result: 'failed' as const,
      sawChange: false,
      trouble,
    };
    await http.store.work.finishPoll(outcome);
    http.passTime(1_000);
    const { json } = await get('/readings');
    expect(Readings.parse(json).items.at(-1)).toMatchObject({
      state: 'gap',
      reason: 'Topo answered 503',
      polls: { well: 0, failed: 1, limited: 0 },
    });
  });

  test('is told of a week at most', async () => {
    const since = '2026-02-01T00:00:00Z';
    expect(await get(`/readings?since=${since}`)).toMatchObject({ status: 400, json: { error: { field: 'since' } } });
    expect(await get(`/readings?since=${since}&until=2026-02-08T00:00:00Z`)).toMatchObject({ status: 200 });
  });
});

test('a hook is named, and says which Zap it belongs to', async () => {
  const target_url = 'https://hooks.zapier.com/hooks/standard/1/named/';
  const body = { target_url, event: 'task.reassigned', zap_id: '42' };
  const { id } = (await http.call('POST', '/hooks', key, body)).json;
  const named = await http.call('PATCH', `/hooks/${id}`, key, { name: ' Tell Ada ' });
  expect(named).toMatchObject({ status: 200, json: { id, name: 'Tell Ada', zap_id: '42', predecessor: null } });
  expect(await http.call('PATCH', `/hooks/${id}`, http.foreignKey, { name: 'Mine' })).toMatchObject({ status: 404 });
  expect(await http.call('PATCH', `/hooks/${id}`, key, { name: '' })).toMatchObject({ status: 400 });
});

test('an event that is not there is not told of', async () => {
  expect(await get('/events/evt_unknown')).toMatchObject({ status: 404, json: { error: { code: 'not_found' } } });
});

test('the events of a contact are for keys that may read contacts', async () => {
  expect(await get('/events?contact=zoe')).toMatchObject({ status: 200 });
  expect(await get('/events?contact=zoe', http.keys.tasksOnly)).toMatchObject({ status: 403 });
});
