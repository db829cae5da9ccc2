import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Delivery, DeliveryPage, Recovered } from '../../../contract/delivery.ts';
import { ErrorBody } from '../../../contract/error-body.ts';
import { TaskEvent } from '../../../contract/event.ts';
import type { HookFilters } from '../../../contract/hook.ts';
import { matches } from '../../../contract/matches.ts';
import type { DeliveryOutcome } from '../../../webhook-server/store/work-store.ts';
import { startHttp } from '../../support/started-http.ts';

let http: Awaited<ReturnType<typeof startHttp>>;
let key: string;
let hookId: string;
let counter = 0;

beforeAll(async () => {
  http = await startHttp();
  key = http.keys.full;
});
afterAll(() => http.close());

const subscribe = async (filters: HookFilters = {}) => {
  counter += 1;
  const target_url = `https://hooks.zapier.com/hooks/standard/${counter}/canary-path/`;
  const { json } = await http.call('POST', '/hooks', key, { target_url, event: 'task.reassigned', filters });
  return json.id as string;
};

beforeEach(async () => {
  hookId = await subscribe();
});

const sendTest = async () => Delivery.parse((await http.call('POST', `/hooks/${hookId}/test`, key)).json);

/** Claims what is due for the hook, and lets it come out like this. */
const settle = async (outcome: DeliveryOutcome) => {
  const claims = await http.store.work.claimDeliveries({ limit: 100, perHook: 8, leaseMs: 45_000, rateLimits: null });
  const settlements = claims
    .filter((claim) => claim.hookId === hookId)
    .map(({ id, lease }) => ({ id, lease, outcome }));
  await http.store.work.settle(settlements);
  return claims;
};

const dead: DeliveryOutcome = { kind: 'dead', afterMs: 0, reason: 'the target answered 500', certainty: 'refused' };

const list = async (query = '', by = key) => {
  const answer = await http.call('GET', `/hooks/${hookId}/deliveries${query}`, by);
  return { status: answer.status, text: answer.text, ...DeliveryPage.parse(answer.json) };
};

const errorOf = async (method: string, path: string, by = key, body?: unknown) => {
  const { status, json } = await http.call(method, path, by, body);
  return { status, ...ErrorBody.parse(json).error };
};

describe('the deliveries of a hook', () => {
  test('are listed newest first, with what became of them, and neither target nor secret nor body', async () => {
    const first = await sendTest();
    await settle(dead);
    const second = await sendTest();
    const { items, text } = await list('', http.keys.readOnly);
    expect(items).toMatchObject([
      { id: second.id, state: 'waiting', attempts: 0, certainty: null, last_attempt_at: null, settled_at: null },
      {
        id: first.id,
        state: 'dead',
        attempts: 1,
        certainty: 'refused',
        reason: 'the target answered 500',
        manual: true,
      },
    ]);
    expect(text).not.toMatch(/canary|whsec_|hooks\.zapier|"task"|previous_assignee/);
  });

  test('are filtered by state and come in pages', async () => {
    await sendTest();
    await settle(dead);
    await sendTest();
    await settle({ kind: 'delivered' });
    await sendTest();
    expect((await list('?state=dead')).items).toHaveLength(1);
    expect((await list('?state=delivered')).items).toHaveLength(1);
    expect((await list('?state=dropped')).items).toEqual([]);
    const page = await list('?limit=2');
    expect(page).toMatchObject({ has_more: true, items: { length: 2 } });
    expect(await list(`?limit=2&before=${page.items[1]?.id}`)).toMatchObject({ has_more: false, items: { length: 1 } });
  });

  test.each([
    ['?state=lost', 'state'],
    ['?state=dead&state=waiting', 'state'],
    ['?limit=0', 'limit'],
    ['?limit=101', 'limit'],
    ['?before=msg_unknown', 'before'],
    ['?sort=newest', 'sort'],
  ])('are not listed with %s, and the error names the field', async (query, field) => {
    expect(await errorOf('GET', `/hooks/${hookId}/deliveries${query}`)).toMatchObject({
      status: 400,
      code: 'invalid_request',
      field,
    });
  });

  test('are only those of the caller’s workspace', async () => {
    const { id } = await sendTest();
    await settle(dead);
    const recover = { since: '2026-01-01T00:00:00Z' };
    for (const [method, path, body] of [
      ['GET', `/hooks/${hookId}/deliveries`],
      ['POST', `/hooks/${hookId}/test`],
      ['POST', `/hooks/${hookId}/recover`, recover],
      ['POST', `/deliveries/${id}/retry`],
    ] as const) {
      expect(await errorOf(method, path, http.foreignKey, body)).toMatchObject({ status: 404, code: 'not_found' });
      const unknown = path.replace(hookId, 'hok_unknown').replace(id, 'msg_unknown');
      expect(await errorOf(method, unknown, key, body)).toMatchObject({ status: 404, code: 'not_found' });
    }
    expect((await list()).items).toHaveLength(1);
  });
});

describe('asking for deliveries', () => {
  test('needs tasks:write, and a key', async () => {
    const { id } = await sendTest();
    for (const path of [`/hooks/${hookId}/test`, `/deliveries/${id}/retry`]) {
      expect(await errorOf('POST', path, http.keys.readOnly)).toMatchObject({ status: 403, code: 'forbidden' });
      expect((await http.call('POST', path)).status).toBe(401);
    }
    const since = { since: '2026-01-01T00:00:00Z' };
    expect((await errorOf('POST', `/hooks/${hookId}/recover`, http.keys.readOnly, since)).status).toBe(403);
  });

  test('retrying makes a new delivery with a new webhook-id, and the old one names it', async () => {
    const old = await sendTest();
    expect(await errorOf('POST', `/deliveries/${old.id}/retry`)).toMatchObject({ status: 409, code: 'conflict' });
    await settle(dead);
    const { status, json } = await http.call('POST', `/deliveries/${old.id}/retry`, key);
    expect(status).toBe(202);
    const again = Delivery.parse(json);
    expect(again).toMatchObject({ state: 'waiting', manual: true, hook_id: hookId, event_id: old.event_id });
    expect(again.id).not.toBe(old.id);
    expect((await list('?state=dead')).items).toMatchObject([{ id: old.id, retried_as: again.id }]);
    expect((await settle({ kind: 'delivered' })).map(({ id }) => id)).toEqual([again.id]);
  });

  test('recovering sends again, once, what was lost since a time', async () => {
    const recover = async (since: string) =>
      Recovered.parse((await http.call('POST', `/hooks/${hookId}/recover`, key, { since })).json).recovered;
    for (let lost = 0; lost < 3; lost += 1) {
      await sendTest();
      await settle(dead);
      http.passTime(60_000);
    }
    const [newest] = (await list()).items;
    expect(await recover(newest?.settled_at ?? '')).toBe(1);
    expect(await recover('2026-01-01T00:00:00+01:00')).toBe(2);
    expect(await recover('2026-01-01T00:00:00Z')).toBe(0);
    expect((await list('?state=waiting')).items).toHaveLength(3);
  });

  test('recovering has no limit', async () => {
    const event = { eventId: 'evt_test', body: '{}' };
    const tenant = http.store.tenant(http.organizationId);
    for (let added = 0; added < 150; added += 1) await tenant.sendTest(hookId, event);
    const { work } = http.store;
    const claims = await work.claimDeliveries({ limit: 1_000, perHook: 150, leaseMs: 45_000, rateLimits: null });
    await work.settle(claims.map(({ id, lease }) => ({ id, lease, outcome: dead })));
    const { json } = await http.call('POST', `/hooks/${hookId}/recover`, key, { since: '2026-01-01T00:00:00Z' });
    expect(json).toEqual({ recovered: 150 });
    await http.call('DELETE', `/hooks/${hookId}`, key);
  });

  test.each([
    [{}, 'since'],
    [{ since: 'yesterday' }, 'since'],
    [{ since: '2026-01-01' }, 'since'],
    [{ since: 5 }, 'since'],
    [{ since: '2026-01-01T00:00:00Z', state: 'dead' }, 'state'],
  ])('recovering from %j is refused, and the field named', async (body, field) => {
    expect(await errorOf('POST', `/hooks/${hookId}/recover`, key, body)).toMatchObject({ status: 400, field });
  });

  test('an ended hook gets nothing, and the error says what to do', async () => {
    const { id } = await sendTest();
    await http.call('DELETE', `/hooks/${hookId}`, key);
    const since = { since: '2026-01-01T00:00:00Z' };
    for (const [path, body] of [
      [`/hooks/${hookId}/test`],
      [`/hooks/${hookId}/recover`, since],
      [`/deliveries/${id}/retry`],
    ] as const) {
      const { status, code, message } = await errorOf('POST', path, key, body);
      expect([status, code]).toEqual([409, 'conflict']);
      expect(message).toContain('Turn the Zap on again');
    }
    expect((await list('?state=dropped')).items).toMatchObject([{ id, reason: 'the hook has ended' }]);
  });

  test.each<HookFilters>([
    {},
    { kinds: ['assigned'] },
    { kinds: ['unassigned'], previous_assignee_ids: ['3c90c3cc-0d44-4b50-8888-8dd25736052a'] },
    {
      new_assignee_ids: ['3c90c3cc-0d44-4b50-8888-8dd25736052a'],
      previous_assignee_ids: ['3c90c3cc-0d44-4b50-8888-8dd25736052a', '7b1d2c4e-1111-4222-8333-9444a5556667'],
    },
    { task_types: ['EMAIL_REPLY'], priorities: ['EXTRA'], ignore_sources: ['topo'] },
    { sequence_template_ids: ['3c90c3cc-0d44-4b50-8888-8dd25736052a'] },
  ])('a test is an event that the filters %j let through', async (filters) => {
    hookId = await subscribe(filters);
    await sendTest();
    const claims = await settle({ kind: 'delivered' });
    const event = TaskEvent.parse(JSON.parse(claims.find((claim) => claim.hookId === hookId)?.body ?? ''));
    expect(event.id).toMatch(/^evt_test_/);
    expect(event.new_assignee.user_id).not.toBe(event.previous_assignee.user_id);
    const change = {
      kind: event.kind,
      source: event.source,
      previousAssigneeId: event.previous_assignee.user_id,
      newAssigneeId: event.new_assignee.user_id,
      sequenceTemplateId: event.sequence_template_id,
      task: event.task,
    };
    expect(matches(filters, change)).toBe(true);
  });
});
