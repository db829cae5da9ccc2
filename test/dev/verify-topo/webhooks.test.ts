import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import type { SandboxOptions } from '../../../dev/sandbox/create-sandbox.ts';
import type { Fault } from '../../../dev/sandbox/fault.ts';
import { layRoad } from '../../support/verify-topo/road.ts';
import { facts, openWorkspace } from '../../support/verify-topo/verification.ts';

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const askEventTypes = ['--yes', '--json', '--event-types'];

const open = async (assumptions: SandboxOptions['assumptions'] = {}) => {
  const workspace = await openWorkspace({ assumptions });
  const port = await freePort();
  const subscribe = ['--yes', '--json', '--webhook-url', `http://127.0.0.1:${port}/`, '--webhook-port', String(port)];
  const { everything: key } = workspace.workspace.keys;
  return { ...workspace, webhooks: workspace.workspace.webhooks, key, subscribe };
};

test.each([
  ['listed', /^Topo answered 400 .+, data: .+"allowed":\["message\.sent",.+"sequence\.created"\]/],
  ['refused', /^Topo answered 400 .+, data: \{"field":"event_types"\}$/],
  ['allowed', /^it took an unknown one, so nothing was listed; that subscription was deleted$/],
] as const)('an event type that does not exist is %s', async (unknownEventType, wanted) => {
  const { verifyAll, key, webhooks } = await open({ unknownEventType });
  const { code, seen } = await verifyAll({ key }, askEventTypes);
  expect(seen.get(facts.eventTypes)).toMatchObject({ verdict: 'as assumed', seen: expect.stringMatching(wanted) });
  expect(code).toBe(0);
  expect(webhooks.size).toBe(0);
});

test('a subscription tells the names of the headers, no value of one, and is deleted', async () => {
  const { verifyAll, key, webhooks, subscribe, sandbox } = await open({ webhookHeaders: ['x-made-up-signature'] });
  const { code, seen, told } = await verifyAll({ key }, subscribe);
  const finding = seen.get(facts.webhookHeaders);
  expect(finding).toMatchObject({ verdict: 'as assumed', seen: expect.stringContaining('x-made-up-signature') });
  expect(finding?.seen).toContain('content-type');
  expect(code).toBe(0);
  expect(webhooks.size).toBe(0);
  expect(told).toContain('is made, tested once, and deleted');
  const calls = sandbox.requests.entries.filter(({ path }) => path.includes('webhooks'));
  expect(calls.map(({ method }) => method)).toEqual(['POST', 'POST', 'DELETE']);
  const id = calls[2]?.path.split('/').at(-1) ?? '';
  expect(JSON.stringify([...seen.values()])).not.toContain(id);
});

test('a key without webhooks:write, and a Topo without webhooks, are findings', async () => {
  const lacking = await open();
  const args = [...lacking.subscribe, '--event-types'];
  const refused = await lacking.verifyAll({}, args);
  expect(refused.seen.get(facts.eventTypes)?.seen).toBe('the key lacks webhooks:write');
  expect(refused.seen.get(facts.webhookHeaders)?.seen).toBe('the key lacks webhooks:write');
  expect(refused.code).toBe(0);

  const without = await open({ webhooks: false });
  const absent = await without.verifyAll({ key: without.key }, [...without.subscribe, '--event-types']);
  expect(absent.seen.get(facts.eventTypes)?.seen).toMatch(/^it has no webhooks: Topo answered 404/);
  expect(absent.seen.get(facts.webhookHeaders)?.seen).toMatch(/^it has no webhooks: Topo answered 404/);
  expect(absent.code).toBe(0);
});

test('a test delivery that is refused or never comes could not be seen, and the subscription is deleted', async () => {
  for (const [answer, wanted] of [
    [{ status: 404, body: {} }, /^no delivery could be asked for: Topo answered 404$/],
    [{ status: 200, body: {} }, /^nothing came within 20 s$/],
  ] as const) {
    const { verifyAll, url, key, webhooks, subscribe } = await open();
    const { apiUrl } = await layRoad(url, { instead: ({ path }) => (path.endsWith('/test') ? answer : undefined) });
    const { code, seen } = await verifyAll({ key, apiUrl }, subscribe);
    expect(seen.get(facts.webhookHeaders)).toMatchObject({
      verdict: 'could not be seen',
      seen: expect.stringMatching(wanted),
    });
    expect(code).toBe(0);
    expect(webhooks.size).toBe(0);
  }
});

test('a subscription that cannot be deleted is a difference that says what to do', async () => {
  const { verifyAll, sandbox, key, subscribe, webhooks } = await open();
  sandbox.injectFault({ kind: 'status', status: 503, method: 'DELETE', times: Number.POSITIVE_INFINITY });
  const { code, different, seen } = await verifyAll({ key }, subscribe);
  expect(different).toEqual([facts.webhookHeaders]);
  const [id] = webhooks.keys();
  expect(seen.get(facts.webhookHeaders)?.seen).toContain(`the subscription ${id} is left: Topo answered 503`);
  expect(code).toBe(2);
});

const mishaps: [string, Fault | 'interruption'][] = [
  ['a 500', { kind: 'status', status: 500 }],
  ['a cut connection', { kind: 'cut' }],
  ['a 500 after all was done', { kind: 'status', status: 500, afterwards: true }],
  ['an answer that is lost', { kind: 'cut', afterwards: true }],
  ['an interruption', 'interruption'],
];

test.each(mishaps)('after %s at any call of webhooks nothing is left, or it is said', async (_name, mishap) => {
  for (const target of [1, 2, 3, 4]) {
    const { verifyAll, url, sandbox, key, webhooks, subscribe } = await open({ unknownEventType: 'allowed' });
    const interruption = new AbortController();
    let calls = 0;
    const { apiUrl } = await layRoad(url, {
      before: ({ path }) => {
        if (!path.includes('webhooks')) return;
        calls += 1;
        if (calls !== target) return;
        if (mishap === 'interruption') interruption.abort();
        else sandbox.injectFault(mishap);
      },
    });
    const args = [...subscribe, '--event-types'];
    const { seen, told } = await verifyAll({ key, apiUrl, interruption: interruption.signal }, args);
    expect(calls).toBeGreaterThanOrEqual(target);
    if (webhooks.size > 0) {
      const findings = [seen.get(facts.eventTypes), seen.get(facts.webhookHeaders)];
      expect(findings.map((finding) => finding?.seen)).toContainEqual(expect.stringContaining('it may have been made'));
    }
    expect(told).toContain('Everything is with whom it was before.');
  }
});

test('the question says what is going to be asked of webhooks', async () => {
  const { verify, task, dora, key, sandbox } = await open();
  const args = ['--task', task.id, '--to', dora, '--event-types', '--webhook-url', 'https://tunnel.example/topo'];
  const { told } = await verify(args, { key, confirm: async () => false });
  expect(told).toContain('A webhook is asked for with an event that does not exist');
  expect(told).toContain('to https://tunnel.example/topo is made, tested once, and deleted.');
  expect(told).toContain('port 4030 of this machine');
  expect(sandbox.requests.count(({ method }) => method !== 'GET')).toBe(0);
});
