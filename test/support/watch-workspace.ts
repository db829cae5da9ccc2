import { join } from 'node:path';
import type { TaskEvent } from '../../contract/event.ts';
import { createSandbox, type SandboxOptions } from '../../dev/sandbox/create-sandbox.ts';
import { createDetector } from '../../webhook-server/detector/detector.ts';
import type { DetectorCounts } from '../../webhook-server/detector/detector-counts.ts';
import { topoKeyAad } from '../../webhook-server/seals/associated-data.ts';
import { Secret } from '../../webhook-server/secrets/secret.ts';
import { createVault } from '../../webhook-server/secrets/vault.ts';
import { createSqliteStore } from '../../webhook-server/store/sqlite/sqlite-store.ts';
import type { Store } from '../../webhook-server/store/store.ts';
import type { NewHook } from '../../webhook-server/store/tenant-store.ts';
import type { WorkStore } from '../../webhook-server/store/work-store.ts';
import { createTopoClient } from '../../webhook-server/topo-client.ts';
import type { CallTopo } from '../../webhook-server/topo-port.ts';
import { keepLog } from './keep-log.ts';
import { tempFolder } from './temp-folder.ts';

const usualStartMs = Date.parse('2026-03-02T09:00:00Z');

/** A workspace of the sandbox with a detector over a real store; both live on one clock that the test moves. */
export const watchWorkspace = async (
  options: Omit<SandboxOptions, 'clock'> & {
    requestsPerMinute?: number;
    /** So many detectors, as of several processes, poll in turn. */
    detectorCount?: number;
    skewMs?: number;
    /** When the test's clock begins. */
    startMs?: number;
    /** What chance draws, from 0 up to 1. */
    random?: number;
    /**
     * Opens the store on the test's clock, and again after a restart; a new SQLite file unless it says otherwise. The
     * steady clock passes with the test's, and is never set.
     */
    openStore?: (clock: () => number, steadyClock: () => number) => Promise<Store>;
    /** Stands between the detector and Topo. */
    throughCall?: (call: CallTopo) => CallTopo;
    /** Stands between the detector and its store. */
    throughStore?: (store: WorkStore) => WorkStore;
    /** Who counts what the detector does. */
    counts?: () => DetectorCounts;
  } = {},
) => {
  const {
    requestsPerMinute = 100_000,
    detectorCount = 1,
    skewMs = 0,
    startMs = usualStartMs,
    random = 0.5,
    openStore = async (clock) => createSqliteStore(join(tempFolder(), 'store.sqlite'), clock),
    throughCall = (call: CallTopo) => call,
    throughStore = (store: WorkStore) => store,
    counts,
    ...sandboxOptions
  } = options;
  let nowMs = startMs;
  let setByMs = 0;
  const steadyClock = () => nowMs - setByMs;
  const sandbox = createSandbox({ ...sandboxOptions, clock: () => new Date(steadyClock() + skewMs) });
  const topo = await sandbox.listen();
  const [workspace] = sandbox.workspaces;
  const { organizationId } = workspace;
  const open = () => openStore(() => nowMs, steadyClock);
  let store = await open();
  const vault = createVault(Buffer.alloc(32, 1));
  const log = keepLog();
  const newDetector = (gatherMs = { usual: 0, urgent: 0 }) =>
    createDetector({
      store: throughStore(store.work),
      vault,
      call: throughCall(createTopoClient(topo.url).call),
      intervals: { intervalMs: 15_000, idleIntervalMs: 60_000, reconcileIntervalMs: 24 * 3_600_000 },
      requestsPerMinute,
      mostPolls: 8,
      gatherMs,
      keepClosedMs: 30 * 24 * 3_600_000,
      monotonicClock: steadyClock,
      random: () => random,
      log,
      counts: counts && { polled: (poll) => counts().polled(poll), detected: (events) => counts().detected(events) },
    });
  const newDetectors = () => Array.from({ length: detectorCount }, () => newDetector());
  let detectors = newDetectors();
  let polls = 0;
  let hooks = 0;

  const sealed = (key: string, ownerId = organizationId) => ({
    sealedKey: vault.seal(new Secret(key), topoKeyAad(ownerId)),
    keyHash: vault.hash(new Secret(key), 'topo_key'),
  });

  return {
    sealed,
    /** One more detector over the same store. */
    newDetector,
    sandbox,
    topoUrl: topo.url,
    workspace,
    get tenant() {
      return store.tenant(organizationId);
    },
    get store() {
      return store;
    },
    log,
    nowMs: () => nowMs,
    toposNowMs: () => steadyClock() + skewMs,
    passTime(ms: number) {
      nowMs += ms;
    },
    /** Sets the server's clock, and not Topo's. */
    setClock(ms: number) {
      nowMs += ms;
      setByMs += ms;
    },
    /** The server ends, and begins again on the same database. */
    async restart() {
      await store.close();
      store = await open();
      detectors = newDetectors();
    },
    async subscribe(key = workspace.keys.full, change: Partial<NewHook> = {}) {
      hooks += 1;
      return store.tenant(organizationId).subscribe({
        id: `hok_${hooks}`,
        targetHash: `target-${hooks}`,
        rateLimitKey: null,
        secretHash: `secret-${hooks}`,
        sealedTarget: '',
        sealedSecret: '',
        ...sealed(key),
        filters: {},
        oncePer: 'task',
        bringsNeededKey: false,
        ...change,
      });
    },
    /** Polls if the workspace is due; answers the number of requests that Topo got. */
    async poll(signal = new AbortController().signal): Promise<number> {
      const before = sandbox.requests.length;
      const detector = detectors[polls % detectorCount] ?? newDetector();
      polls += 1;
      const [claim] = await detector.claim(1);
      if (claim !== undefined) await detector.run(claim, signal);
      return sandbox.requests.length - before;
    },
    /** Claims workspaces without polling them; answers whose they are. */
    async claim(limit: number): Promise<string[]> {
      const claims = await (detectors[0] ?? newDetector()).claim(limit);
      return claims.map(({ organizationId }) => organizationId);
    },
    /** Polls, waiting for each turn, until the workspace listens. */
    async listen() {
      for (let turns = 0; turns < 1000; turns += 1) {
        const [hook] = await store.tenant(organizationId).hooks();
        const dueInMs = (await store.work.msUntilPoll()) ?? 0;
        if (hook?.listeningSinceMs != null && dueInMs > 0) return;
        nowMs += dueInMs;
        await this.poll();
      }
      throw new Error('The workspace does not listen.');
    },
    /** What hooks were told, oldest first. */
    async events(): Promise<TaskEvent[]> {
      const page = await store.tenant(organizationId).events({ limit: 1000 });
      return (page?.items ?? []).toReversed();
    },
    async close() {
      await store.close();
      await topo.close();
    },
  };
};

export type WatchedWorkspace = Awaited<ReturnType<typeof watchWorkspace>>;
