import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { createDelivery, type DeliveryCounts } from '../../webhook-server/delivery/delivery.ts';
import { createTransport, type Transport } from '../../webhook-server/delivery/transport.ts';
import { type DeliveryLimits, zapierLimits } from '../../webhook-server/delivery/zapier-limits.ts';
import { createTargetCheck, readAllowedHost } from '../../webhook-server/hook-target.ts';
import { signingSecretAad, targetAad } from '../../webhook-server/seals/associated-data.ts';
import { Secret } from '../../webhook-server/secrets/secret.ts';
import { createVault } from '../../webhook-server/secrets/vault.ts';
import { createSqliteStore } from '../../webhook-server/store/sqlite/sqlite-store.ts';
import type { Store } from '../../webhook-server/store/store.ts';
import { keepLog } from './keep-log.ts';
import { tempFolder } from './temp-folder.ts';

const vault = createVault(Buffer.alloc(32, 1));
const transport = createTransport();
const stores: Store[] = [];
afterAll(async () => {
  for (const store of stores.splice(0)) await store.close();
  await transport.close();
});

/** What every hook of these tests signs with. */
export const signingSecret = `whsec_${randomBytes(32).toString('base64')}`;

/** The clocks of a test: the database's and the wall's, and the monotonic one. */
export type Clocks = { nowMs: number; monotonicMs: number };

type Options = {
  allowedHost?: string;
  rateLimitKey?: string | null;
  limits?: DeliveryLimits;
  transport?: Transport;
};

/** A workspace with two tasks, one hook at `target`, and the delivery that serves it. */
export const startHook = async (target: string, clocks: Clocks, options: Options = {}) => {
  const store = createSqliteStore(join(tempFolder(), 'store.sqlite'), () => clocks.nowMs);
  stores.push(store);
  const entry = readAllowedHost(options.allowedHost ?? new URL(target).host);
  const log = keepLog();
  const startDelivery = (work = store.work, counts?: DeliveryCounts) =>
    createDelivery({
      store: work,
      vault,
      checkTarget: createTargetCheck(entry === undefined ? [] : [entry]),
      transport: options.transport ?? transport,
      limits: options.limits ?? zapierLimits,
      clock: () => clocks.nowMs,
      monotonicClock: () => clocks.monotonicMs,
      random: () => 0.5,
      log,
      counts,
    });
  const delivery = startDelivery();
  const tenant = store.tenant('org');

  const subscribe = (id: string, url = target, rateLimitKey: string | null = null) =>
    tenant.subscribe({
      id,
      targetHash: `target of ${id}`,
      rateLimitKey,
      secretHash: `secret of ${id}`,
      sealedTarget: vault.seal(new Secret(url), targetAad(id)),
      sealedSecret: vault.seal(new Secret(signingSecret), signingSecretAad(id)),
      sealedKey: '',
      keyHash: '',
      filters: {},
      oncePer: 'task',
      bringsNeededKey: false,
    });
  await subscribe('hok_1', target, options.rateLimitKey ?? null);

  /** Every task is assigned to this person, as one incremental scan sees it. */
  const assign = async (
    userId: string,
    taskIds: readonly string[] = ['t1', 't2'],
    sequenceId?: string,
    recordPage = store.work.recordPage,
  ) => {
    const [claim] = await store.work.claimPolls({ limit: 1, leaseMs: 60_000 });
    if (claim === undefined) throw new Error('The workspace is not due.');
    const { organizationId, lease } = claim;
    clocks.nowMs += 1;
    const rows = taskIds.map((id) => ({
      task: {
        id,
        sequence_id: sequenceId ?? id,
        assignee_user_id: userId,
        updated_at: new Date(clocks.nowMs).toISOString(),
      },
      assigneeId: userId,
      isOpen: true,
      createdAtUs: clocks.nowMs * 1000,
      updatedAtUs: clocks.nowMs * 1000,
    }));
    const scan = {
      id: `walk-${clocks.nowMs}`,
      kind: 'incremental' as const,
      isSilent: false,
      startedAtMs: clocks.nowMs,
      topUs: null,
      floorUs: null,
      rowsRead: 0,
      totalRows: 0,
      cursor: null,
    };
    const page = { organizationId, lease, rows, scan, end: { watermark: null } };
    await recordPage(page, { leaseMs: 60_000 });
    await store.work.finishPoll({ organizationId, lease, nextPollInMs: 0, result: 'done', sawChange: false });
  };
  await assign('ada');

  return {
    tenant,
    store,
    log,
    delivery,
    startDelivery,
    subscribe,
    assign,
    /** Sends what is due, as one process does; answers how much that was. */
    async deliver(by = delivery, limit = 10) {
      const claims = await by.claim(limit);
      await Promise.all(claims.map((claim) => by.run(claim, new AbortController().signal)));
      return claims.length;
    },
    async deliveries(hookId = 'hok_1') {
      const listing = await tenant.deliveries(hookId, { limit: 100 });
      if (listing.kind !== 'page') throw new Error(listing.kind);
      return listing.deliveries;
    },
  };
};
