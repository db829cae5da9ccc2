import { join } from 'node:path';
import { createDetector } from '../../webhook-server/detector/detector.ts';
import { createLog } from '../../webhook-server/log.ts';
import { topoKeyAad } from '../../webhook-server/seals/associated-data.ts';
import { Secret } from '../../webhook-server/secrets/secret.ts';
import { createSqliteStore } from '../../webhook-server/store/sqlite/sqlite-store.ts';
import type { TaskPosition, TenantStore } from '../../webhook-server/store/tenant-store.ts';
import { createTopoClient } from '../../webhook-server/topo-client.ts';
import { createSandbox, type Sandbox } from '../sandbox/create-sandbox.ts';
import type { Bench } from './harness/bench.ts';
import type { Figure } from './harness/figure.ts';
import { vault } from './hooks-in-store.ts';

/** About 60 % of them are open. */
const taskCount = 8_400;
const contactCount = 50_000;
const requestsPerMinute = 60;

const minuteMs = 60_000;
const longestMs = 180 * minuteMs;

/** A task comes in while the facts of the others are looked up. */
const newTaskAfterMs = 5 * minuteMs;
const newEmail = 'newest@example.com';

const scopes = ['tasks:read', 'tasks:write', 'sequences:read', 'contacts:read'];

const createNewTask = (sandbox: Sandbox, nowMs: number): void => {
  const contact = sandbox.createContact({ firstName: 'Newest', email: newEmail });
  const sequence = sandbox.createSequence({ contactId: contact.id });
  sandbox.createTask({ sequence_id: sequence.id, created_at: new Date(nowMs).toISOString() });
};

/** The share of the open tasks of which the contact is known, of those that have one. */
const knownShare = async (tenant: TenantStore, { workspaces: [{ sequences }] }: Sandbox): Promise<number> => {
  let [known, all] = [0, 0];
  let after: TaskPosition | undefined;
  do {
    const { tasks, next } = await tenant.tasks({ limit: 1_000, scopes, after });
    const withContact = tasks.filter(
      ({ task }) => typeof sequences.get(task.sequence_id ?? '')?.contactId === 'string',
    );
    all += withContact.length;
    known += withContact.filter(({ contact }) => contact !== null).length;
    after = next ?? undefined;
  } while (after !== undefined);
  return all === 0 ? 0 : known / all;
};

/** How long it takes until the server knows what tasks are about, on a clock that is moved from poll to poll. */
export const measureFactsKnown = async ({ newFolder, say }: Bench): Promise<Figure[]> => {
  const startMs = Date.parse('2026-03-02T09:00:00Z');
  let nowMs = startMs;
  say(`facts: making a workspace of ${taskCount} tasks and ${contactCount} contacts`);
  const sandbox = createSandbox({ taskCount, contactCount, peopleCount: 60, clock: () => new Date(nowMs) });
  const topo = await sandbox.listen();
  const store = createSqliteStore(join(newFolder(), 'store.sqlite'), () => nowMs);
  try {
    const [{ organizationId, keys }] = sandbox.workspaces;
    const tenant = store.tenant(organizationId);
    const key = new Secret(keys.full);
    await tenant.watch({
      sealedKey: vault.seal(key, topoKeyAad(organizationId)),
      keyHash: vault.hash(key, 'topo_key'),
      scopes,
    });
    const detector = createDetector({
      store: store.work,
      vault,
      call: createTopoClient(topo.url).call,
      intervals: { intervalMs: 15_000, idleIntervalMs: 60_000, reconcileIntervalMs: 24 * 3_600_000 },
      keepClosedMs: 30 * 24 * 3_600_000,
      mostPolls: 8,
      gatherMs: { usual: 0, urgent: 0 },
      requestsPerMinute,
      monotonicClock: () => nowMs,
      random: () => 0.5,
      log: createLog('error', process.stderr),
    });
    const { signal } = new AbortController();

    let mostKnownAtMs: number | undefined;
    let newKnownAtMs: number | undefined;
    let newMadeAtMs: number | undefined;
    let lookedAtMs = nowMs;
    while (nowMs - startMs < longestMs && (mostKnownAtMs === undefined || newKnownAtMs === undefined)) {
      const [claim] = await detector.claim(1);
      if (claim !== undefined) await detector.run(claim, signal);
      if (newMadeAtMs === undefined && nowMs - startMs >= newTaskAfterMs) {
        createNewTask(sandbox, nowMs);
        newMadeAtMs = nowMs;
      }
      if (newMadeAtMs !== undefined && newKnownAtMs === undefined) {
        const { tasks } = await tenant.tasks({ limit: 1, scopes, contactEmail: newEmail });
        if (tasks.length > 0) newKnownAtMs = nowMs;
      }
      if (mostKnownAtMs === undefined && nowMs - lookedAtMs >= minuteMs / 2) {
        lookedAtMs = nowMs;
        if ((await knownShare(tenant, sandbox)) >= 0.95) mostKnownAtMs = nowMs;
      }
      nowMs += Math.max(1_000, (await store.work.msUntilPoll()) ?? 1_000);
    }
    const minutes = (atMs: number | undefined, sinceMs: number) =>
      ((atMs ?? Number.POSITIVE_INFINITY) - sinceMs) / minuteMs;
    const against = `${requestsPerMinute} requests a minute, ${contactCount} contacts`;
    return [
      {
        figure: 'until 95 % of the open tasks’ contacts are known',
        unit: 'minutes',
        against,
        value: minutes(mostKnownAtMs, startMs),
        atMost: 45,
      },
      {
        figure: 'until a new task’s contact is known, meanwhile',
        unit: 'minutes',
        against,
        value: minutes(newKnownAtMs, newMadeAtMs ?? startMs),
        atMost: 1,
      },
    ];
  } finally {
    await store.close();
    await topo.close();
  }
};
