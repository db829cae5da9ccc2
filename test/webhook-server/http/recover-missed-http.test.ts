import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ErrorBody } from '../../../contract/error-body.ts';
import { TaskEvent } from '../../../contract/event.ts';
import { startHttp } from '../../support/started-http.ts';
import { seen } from '../../support/store-contract/store-bench.ts';

let http: Awaited<ReturnType<typeof startHttp>>;
let hookId: string;

const dayMs = 24 * 3_600_000;

const turnOn = async (activation: number): Promise<string> => {
  const target_url = `https://hooks.zapier.com/hooks/standard/${activation}/canary/`;
  const body = { target_url, event: 'task.reassigned', zap_id: '42' };
  return (await http.call('POST', '/hooks', http.keys.full, body)).json.id;
};

/** What a poll reads, with the next one an hour later. */
const read = async (assigneeId: string, second: number): Promise<void> => {
  const [claim] = await http.store.work.claimPolls({ limit: 1, leaseMs: 60_000 });
  if (claim === undefined) throw new Error('No workspace is due.');
  const { organizationId, lease, isBaselined, isSilent } = claim;
  const scan = {
    ...{ id: `scan-${second}`, kind: isBaselined ? ('incremental' as const) : ('baseline' as const), isSilent },
    ...{ startedAtMs: http.nowMs(), topUs: null, floorUs: null, rowsRead: 1, totalRows: 1, cursor: null },
  };
  const task = { updated_at: new Date(http.nowMs()).toISOString() };
  const row = { ...seen('t1', assigneeId, second, task), updatedAtUs: http.nowMs() * 1000 };
  const end = { watermark: null };
  await http.store.work.recordPage({ organizationId, lease, rows: [row], scan, end }, { leaseMs: 60_000 });
  await http.store.work.finishPoll({ organizationId, lease, nextPollInMs: 60_000, result: 'done', sawChange: false });
  http.passTime(60_000);
};

const recover = (body: object, key = http.keys.full, id = hookId) =>
  http.call('POST', `/hooks/${id}/recover`, key, { since: '2026-03-02T09:00:00Z', ...body });

beforeAll(async () => {
  http = await startHttp();
  const before = await turnOn(1);
  await read('ada', 0);
  await http.call('DELETE', `/hooks/${before}`, http.keys.full);
  await read('grace', 1);
  http.passTime(dayMs);
  hookId = await turnOn(2);
});
afterAll(() => http.close());

test('what a Zap missed while it was off is counted, sent once, and the hours that nobody knows are named', async () => {
  const known = { recovered: 1, unknown_hours: [{ since: expect.any(String), until: '2026-03-03T09:02:00.000Z' }] };
  const states = ['missed'];
  expect(await recover({ states, dry_run: true })).toMatchObject({ status: 200, json: known });
  expect(await recover({ states, until: '2026-03-02T09:00:30Z', dry_run: true })).toMatchObject({
    json: { recovered: 0, unknown_hours: [] },
  });
  expect((await recover({})).json).toEqual({ recovered: 0 });
  expect(await recover({ states: ['dead', 'missed'] })).toMatchObject({ status: 202, json: known });
  expect(await recover({ states })).toMatchObject({ status: 202, json: { recovered: 0 } });
  const claims = await http.store.work.claimDeliveries({ limit: 10, perHook: 8, leaseMs: 45_000, rateLimits: null });
  expect(claims.map(({ hookId: to }) => to)).toEqual([hookId]);
  expect(TaskEvent.parse(JSON.parse(claims[0]?.body ?? '')).new_assignee.user_id).toBe('grace');
});

test('deliveries that were given up are counted, and sent again by state and time', async () => {
  await http.call('POST', `/hooks/${hookId}/test`, http.keys.full);
  const claims = await http.store.work.claimDeliveries({ limit: 10, perHook: 8, leaseMs: 45_000, rateLimits: null });
  const outcome = { kind: 'dead', afterMs: 0, reason: 'the target answered 500', certainty: 'refused' } as const;
  await http.store.work.settle(claims.map(({ id, lease }) => ({ id, lease, outcome })));
  expect(await recover({ dry_run: true })).toMatchObject({ status: 200, json: { recovered: 1 } });
  expect((await recover({ states: ['dropped'] })).json).toEqual({ recovered: 0 });
  expect((await recover({ until: '2026-03-02T09:00:00Z' })).json).toEqual({ recovered: 0 });
  expect((await recover({ states: ['dead'] })).json).toEqual({ recovered: 1 });
});

test.each([
  [{ states: [] }, 'states'],
  [{ states: ['delivered'] }, 'states.0'],
  [{ until: 'now' }, 'until'],
  [{ dry_run: 'yes' }, 'dry_run'],
])('with %j nothing is sent, and the field is named', async (body, field) => {
  const { status, json } = await recover(body);
  expect({ status, field: ErrorBody.parse(json).error.field }).toEqual({ status: 400, field });
});

test('nobody recovers what is not theirs, may not be changed, or has ended', async () => {
  const states = ['missed'];
  expect(await recover({ states }, http.foreignKey)).toMatchObject({ status: 404 });
  expect(await recover({ dry_run: true }, http.foreignKey)).toMatchObject({ status: 404 });
  expect(await recover({ states, dry_run: true }, http.keys.readOnly)).toMatchObject({ status: 403 });
  await http.call('DELETE', `/hooks/${hookId}`, http.keys.full);
  for (const dry_run of [true, false]) {
    expect(await recover({ states, dry_run })).toMatchObject({ status: 409 });
    expect(await recover({ dry_run })).toMatchObject({ status: 409 });
  }
});
