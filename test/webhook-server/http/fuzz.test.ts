// Slow: it sends ten thousand requests.

import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ErrorBody } from '../../../contract/error-body.ts';
import { createSqliteStore } from '../../../webhook-server/store/sqlite/sqlite-store.ts';
import { type FuzzRequest, requests, templates } from '../../support/fuzz/request.ts';
import { startHttp } from '../../support/started-http.ts';
import { Known } from '../../support/tenancy/request.ts';
import { happen } from '../../support/tenancy/world.ts';

const isDeep = process.env['TEST_DEEP'] === 'yes';
const count = Number(process.env['REQUESTS'] ?? (isDeep ? 200_000 : 10_000));
const seed = Number(process.env['SEED'] ?? 20_260_302);

const atOnce = 16;
const much = 100_000_000;
const mostGrowthBytes = 40_000_000;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const heapBytes = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed;
};

test('every route of the server is fuzzed', () => {
  const source = readFileSync(new URL('../../../webhook-server/http/create-http.ts', import.meta.url), 'utf8');
  const routes = [...source.matchAll(/http\.(get|post|put|patch|delete)\('([^']+)'/g)];
  expect(routes.map(([, method = '', path]) => `${method.toUpperCase()} ${path}`).sort()).toEqual(
    Object.keys(templates).sort(),
  );
});

test(
  `${count} generated requests are all answered, in one shape, and never with the server's own fault`,
  async () => {
    const quotas = { hooks: 60, waitingDeliveries: 400, intents: 20_000, choices: 20_000, people: 300 };
    // A route asks for the store of its caller once it knows the key and the scope.
    let handled = 0;
    const http = await startHttp({
      openStore: async (clock) => {
        const store = createSqliteStore(':memory:', clock, quotas);
        return {
          ...store,
          tenant(organizationId) {
            handled += 1;
            return store.tenant(organizationId);
          },
        };
      },
      sandbox: { taskCount: 0 },
      scrape: async () => ({ contentType: 'text/plain', text: '{}' }),
      limits: {
        requestsPerMinute: much,
        wakeUpsPerMinute: much,
        manualDeliveriesPerMinute: much,
        newKeysPerMinute: much,
        unauthenticatedPerMinute: much,
      },
    });

    const known = new Known();
    const keys: Record<FuzzRequest['key'], string | undefined> = {
      full: http.keys.full,
      readOnly: http.keys.readOnly,
      noTasks: http.keys.noTasks,
      foreign: http.foreignKey,
      unknown: 'topo_unknown',
      none: undefined,
    };
    // Nobody reads tasks here, so what there is to tell is found before.
    const target_url = 'https://hooks.zapier.com/hooks/standard/1/first/';
    await http.call('POST', '/hooks', http.keys.full, { target_url, event: 'task.reassigned' });
    for (const to of [0, 1]) await happen(http.store.work, { kind: 'scan', to }, http.nowMs());
    known.note((await http.call('GET', '/events', http.keys.full)).text, '');
    // What is drawn may end each hook before one of its deliveries is sent again.
    await happen(http.store.work, { kind: 'deliver', outcome: 'delivered' }, http.nowMs());
    const { text: sent, json } = await http.call('GET', '/deliveries?state=delivered', http.keys.full);
    known.note(sent, '');
    const again = await http.call('POST', `/deliveries/${json.items[0].id}/retry`, http.keys.full);
    const statuses = new Map([[`POST /deliveries/:deliveryId/retry ${again.status}`, 1]]);
    const faults: unknown[] = [];

    const send = async ({ route, method, path, key, headers, body }: FuzzRequest, turn: number): Promise<void> => {
      const filled = path.replaceAll(/\{(\w+)\}|%7B(\w+)%7D/g, (_, one, two) => known.pick(one ?? two, turn));
      const answer = await http.call(method, filled, keys[key], method === 'HEAD' ? undefined : body, headers);
      const { status, text } = answer;
      const name = `${route} ${status}`;
      statuses.set(name, (statuses.get(name) ?? 0) + 1);
      if (route.endsWith('z') || route === 'GET /metrics' || route === 'GET /openapi.json') handled += 1;
      else if (status === 401 || status === 403) handled += 1;
      if (status < 300) known.note(text, '');
      const error = ErrorBody.safeParse(answer.json).data?.error;
      const isShaped = status < 400 || method === 'HEAD' || error !== undefined;
      // Nobody reads tasks here, so the server does not know who has the fewest, and says so.
      const isOwnFault = status >= 500 && error?.code !== 'topo_unavailable';
      if (isOwnFault || !isShaped) faults.push({ route, method, path: filled, body, status, text });
    };

    const drawn = fc.sample(requests, { numRuns: count, seed });
    const settledAt = Math.floor(count / 4);
    let heapBefore = 0;
    for (let start = 0; start < drawn.length; start += atOnce) {
      await Promise.all(drawn.slice(start, start + atOnce).map((request, index) => send(request, start + index)));
      if (start <= settledAt && start + atOnce > settledAt) heapBefore = heapBytes();
    }
    const grownBytes = heapBytes() - heapBefore;

    const byStatus = new Map<string, number>();
    for (const [name, times] of statuses) {
      const status = name.slice(-3);
      byStatus.set(status, (byStatus.get(status) ?? 0) + times);
    }
    const table = [...byStatus].sort().map(([status, times]) => `  ${status}  ${times}`);
    const share = Math.round((handled / count) * 1000) / 10;
    process.stdout.write(
      `${[`${count} requests, ${share} % reached a handler, the heap grew by ${Math.round(grownBytes / 1e6)} MB`, ...table].join('\n')}\n`,
    );

    await http.close();
    expect(faults).toEqual([]);
    expect(share).toBeGreaterThanOrEqual(90);
    expect(grownBytes).toBeLessThan(mostGrowthBytes);
    // Every route did its work, and refused something.
    for (const route of Object.keys(templates)) {
      const ofRoute = [...statuses.keys()]
        .filter((name) => name.startsWith(`${route} `))
        .map((name) => Number(name.slice(-3)));
      expect([route, ofRoute.some((status) => status < 300)]).toEqual([route, true]);
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('isAdmin');
  },
  60_000 + count * 20,
);
