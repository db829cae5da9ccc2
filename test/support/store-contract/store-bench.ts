import { afterEach, beforeEach } from '@jest/globals';
import type { TaskEvent } from '../../../contract/event.ts';
import { publishRest } from '../../../webhook-server/detector/publish-rest.ts';
import type { Store } from '../../../webhook-server/store/store.ts';
import type { NewHook, StoredHook, TenantStore } from '../../../webhook-server/store/tenant-store.ts';
import type {
  DeliveryClaim,
  DeliveryOutcome,
  PageRecord,
  PollClaim,
  Scan,
  SeenTask,
  SettleOutcome,
} from '../../../webhook-server/store/work-store.ts';

export type OpenStore = (clock: () => number) => Promise<Store>;

export const leaseMs = 60_000;
const deliveryLeaseMs = 45_000;
export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
export const startMs = Date.parse('2026-01-05T09:00:00Z');

let counter = 0;
export const newHook = (change: Partial<NewHook> = {}): NewHook => {
  counter += 1;
  return {
    id: `hok_${counter}`,
    targetHash: `target-${counter}`,
    rateLimitKey: null,
    secretHash: `secret-${counter}`,
    sealedTarget: `sealed-target-${counter}`,
    sealedSecret: `sealed-secret-${counter}`,
    sealedKey: 'sealed-key',
    keyHash: 'key-hash',
    filters: {},
    oncePer: 'task',
    bringsNeededKey: false,
    ...change,
  };
};

/** A task of the sequence run `s1`, last changed `second` seconds after nine. */
export const seen = (
  id: string,
  assigneeId: string | null,
  second = 0,
  task: Partial<SeenTask['task']> = {},
): SeenTask => ({
  task: {
    id,
    type: 'CALL',
    priority: 'HOT',
    sequence_id: 's1',
    assignee_user_id: assigneeId,
    updated_at: new Date(startMs + second * 1000).toISOString(),
    ...task,
  },
  assigneeId,
  isOpen: true,
  createdAtUs: startMs * 1000,
  updatedAtUs: (startMs + second * 1000) * 1000,
});

/** So many tasks, each of a sequence run of its own. */
export const seenMany = (count: number, assigneeId: string, second = 0): SeenTask[] =>
  Array.from({ length: count }, (_, index) => seen(`many-${index}`, assigneeId, second, { sequence_id: `m${index}` }));

export type ClaimOptions = Partial<Parameters<Store['work']['claimDeliveries']>[0]>;

/** A new store for each test, on a clock that the test moves, and what is done with it again and again. */
export type StoreBench = {
  nowMs: number;
  readonly store: Store;
  /** The store of the organization `org`. */
  readonly tenant: TenantStore;
  claimPoll(): Promise<PollClaim>;
  newScan(change?: Partial<Scan>): Scan;
  page(claim: PollClaim, rows: SeenTask[], change?: Partial<PageRecord>): PageRecord;
  /** Stores one whole scan and gives the workspace back, to be polled at once again. Answers the changes. */
  scan(rows: SeenTask[], change?: Partial<Scan>): Promise<number>;
  /** Subscribes a hook to a workspace whose first reading has ended. */
  listen(change?: Partial<NewHook>): Promise<StoredHook>;
  claimDeliveries(options?: ClaimOptions): Promise<DeliveryClaim[]>;
  claimDelivery(options?: ClaimOptions): Promise<DeliveryClaim>;
  msUntilDelivery(): Promise<number | undefined>;
  settle(claim: Pick<DeliveryClaim, 'id' | 'lease'>, outcome?: DeliveryOutcome): Promise<SettleOutcome>;
  /** Claims what is due and answers the events. */
  bodies(): Promise<TaskEvent[]>;
  /** Claims what is due and delivers it. */
  settleAll(): Promise<void>;
};

const perHook = 8;

export const useStore = (open: OpenStore): StoreBench => {
  let store: Store | undefined;
  beforeEach(async () => {
    at.nowMs = startMs;
    store = await open(() => at.nowMs);
  });
  afterEach(() => at.store.close());

  const at: StoreBench = {
    nowMs: startMs,

    get store() {
      if (store === undefined) throw new Error('The store is opened with the test.');
      return store;
    },

    get tenant() {
      return at.store.tenant('org');
    },

    async claimPoll() {
      const [claim] = await at.store.work.claimPolls({ limit: 10, leaseMs });
      if (claim === undefined) throw new Error('No workspace is due.');
      return claim;
    },

    newScan: (change = {}) => ({
      id: 'scan',
      kind: 'incremental',
      isSilent: false,
      startedAtMs: at.nowMs,
      topUs: startMs * 1000,
      floorUs: null,
      rowsRead: 0,
      totalRows: 0,
      cursor: null,
      ...change,
    }),

    page: (claim, rows, change = {}) => ({
      organizationId: claim.organizationId,
      lease: claim.lease,
      rows,
      scan: at.newScan(),
      end: { watermark: { us: startMs * 1000, movedAtMs: at.nowMs, isSettled: false } },
      ...change,
    }),

    async scan(rows, change = {}) {
      const claim = await at.claimPoll();
      const scan = at.newScan(change);
      const outcome = await at.store.work.recordPage(at.page(claim, rows, { scan }), { leaseMs });
      const { organizationId, lease } = claim;
      const fromSeq = outcome.kind === 'recorded' ? outcome.untoldFrom : null;
      await publishRest(at.store.work, { organizationId, lease, scan, waitsForFacts: false, fromSeq }, leaseMs);
      await at.store.work.finishPoll({ organizationId, lease, nextPollInMs: 0, result: 'done', sawChange: false });
      return outcome.kind === 'recorded' ? outcome.detected.length : -1;
    },

    async listen(change = {}) {
      const hook = await at.tenant.subscribe(newHook(change));
      await at.scan([seen('t1', 'ada'), seen('t2', 'ada'), seen('t3', null)], { kind: 'baseline' });
      return hook;
    },

    claimDeliveries: (options = {}) =>
      at.store.work.claimDeliveries({ limit: 100, perHook, leaseMs: deliveryLeaseMs, rateLimits: null, ...options }),

    async claimDelivery(options = {}) {
      const [claim] = await at.claimDeliveries(options);
      if (claim === undefined) throw new Error('No delivery is due.');
      return claim;
    },

    msUntilDelivery: () => at.store.work.msUntilDelivery({ perHook }),

    async settle({ id, lease }, outcome = { kind: 'delivered' }) {
      const [settled] = await at.store.work.settle([{ id, lease, outcome }]);
      if (settled === undefined) throw new Error('Nothing was answered.');
      return settled;
    },

    async bodies() {
      return (await at.claimDeliveries()).map(({ body }) => JSON.parse(body) as TaskEvent);
    },

    async settleAll() {
      for (const claim of await at.claimDeliveries()) await at.settle(claim);
    },
  };
  return at;
};
