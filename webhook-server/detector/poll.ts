import { listTasks } from '../../topo/list-tasks.ts';
import type { Log } from '../log.ts';
import type { PollClaim, PollOutcome, PublishOutcome, Scan } from '../store/work-store.ts';
import { advanceScan, leaseLost, type ScanOutcome, type ScanPorts } from './advance-scan.ts';
import type { PollEnd } from './budgeted-call.ts';
import { type LookUpPorts, lookUpFacts, mayRead } from './facts/look-up-facts.ts';
import { nextPollInMs, type PollIntervals } from './poll-intervals.ts';
import { publishRest } from './publish-rest.ts';
import { newBaseline, newestOf, newIncrementalScan, newReconciliation, seenTask } from './scan.ts';

export type PollPorts = Omit<ScanPorts, 'waitsForFacts'> &
  LookUpPorts & {
    intervals: PollIntervals;
    /** From 0 up to 1. */
    random: () => number;
  };

/** How a poll ended, whether it saw a change, and when a look that showed all news had begun. */
export type Polled = PollEnd & Pick<PollOutcome, 'sawChange' | 'readAtMs'>;

/** Read at most this many pages in one poll, so that a workspace with very many tasks does not keep others waiting. */
const maxPages = 25;

/** Read at most this many pages of a reconciliation in one poll: it has all day. */
const maxReconciliationPages = 5;

/** Begins a baseline: finds the newest change and stores it, since the poll may end before the first page. */
const beginBaseline = async (claim: PollClaim, { store, callTopo, leaseMs }: PollPorts): Promise<Scan | PollEnd> => {
  const called = await callTopo(listTasks({ page: 1, size: 1, sortBy: 'updated_at', sortOrder: 'desc' }));
  if (called.kind === 'stop') return called.end;
  const scan = newBaseline(claim, newestOf(called.answer.items.map(seenTask), called.nowUs));
  const { organizationId, lease } = claim;
  const requestedAtMs = callTopo.requestedAtMs();
  const page = { organizationId, lease, rows: [], scan, end: null, requestedAtMs };
  const outcome = await store.recordPage(page, { leaseMs });
  return outcome.kind === 'recorded' ? scan : leaseLost;
};

/** Scan every task may take hours, so the log shows the progress. */
const logProgress = (log: Log, { organizationId }: PollClaim, { kind, scan }: ScanOutcome): void => {
  const { rowsRead, totalRows } = scan;
  const what = scan.kind === 'baseline' ? 'the first reading' : 'the daily reconciliation';
  log.info({ organizationId, rowsRead, totalRows }, kind === 'ended' ? `${what} is done` : `${what} goes on`);
};

const pollBaseline = async (claim: PollClaim, ports: PollPorts): Promise<Polled> => {
  const scan = claim.background ?? (await beginBaseline(claim, ports));
  if ('result' in scan) return { ...scan, sawChange: false };
  const advanced = await advanceScan(scan, claim, { ...ports, waitsForFacts: false }, maxPages);
  logProgress(ports.log, claim, advanced);
  // Poll again at once: the baseline is not finished, or the first incremental scan finds what changed meanwhile.
  const end: PollEnd = advanced.kind === 'stop' ? advanced.end : { result: 'done', nextPollInMs: 0 };
  return { ...end, sawChange: false };
};

/** Every task is read again once a day, and at once where an older version has not kept each of them. */
const isReconciliationDue = (
  { isSilent, hasListeners, isComplete, reconciledAtMs, nowMs, background }: PollClaim,
  { reconcileIntervalMs }: PollIntervals,
): boolean => {
  if (background !== null) return true;
  // First the silent scan that the hooks wait for.
  if (isSilent && hasListeners) return false;
  return !isComplete || (reconciledAtMs !== null && nowMs - reconciledAtMs >= reconcileIntervalMs);
};

type PolledTasks = Polled & { asksForFacts: boolean };

/** What the list of tasks shows: how the poll goes on, and whether a change was seen. */
const pollTasks = async (claim: PollClaim, ports: ScanPorts & PollPorts): Promise<PolledTasks> => {
  const scanned = await advanceScan(claim.incremental ?? newIncrementalScan(claim), claim, ports, maxPages);
  const { asksForFacts } = scanned;
  if (scanned.kind === 'stop') return { ...scanned.end, sawChange: false, asksForFacts };
  if (scanned.kind === 'paused') return { result: 'done', nextPollInMs: 0, sawChange: false, asksForFacts };
  const readAtMs = scanned.scan.startedAtMs;
  let { changes } = scanned;
  let isReconciling = false;
  const isDue = isReconciliationDue(claim, ports.intervals);
  const isPutOff = isDue && !ports.mayGoOn();
  if (isDue && !isPutOff) {
    const reconciliation = claim.background ?? newReconciliation(claim);
    const reconciled = await advanceScan(reconciliation, claim, ports, maxReconciliationPages);
    logProgress(ports.log, claim, reconciled);
    if (reconciled.kind === 'stop') return { ...reconciled.end, sawChange: changes > 0, readAtMs, asksForFacts: true };
    changes += reconciled.changes;
    isReconciling = reconciled.kind === 'paused';
  }
  const sinceActiveMs = changes > 0 || isReconciling || isPutOff ? 0 : claim.nowMs - claim.activeAtMs;
  return {
    result: 'done',
    nextPollInMs: nextPollInMs(ports.intervals, sinceActiveMs, ports.random()),
    sawChange: changes > 0,
    readAtMs,
    asksForFacts: asksForFacts || isReconciling,
  };
};

/** Whether something that the key may read is known to be wanted. */
export const hasToLookUp = (claim: PollClaim): boolean => {
  const { sequences, contacts } = mayRead(claim);
  const { hasUnpublished, hasUndecided, hasUnknownSequences, hasUnknownContacts } = claim;
  return hasUnpublished || hasUndecided || (sequences && (hasUnknownSequences || (contacts && hasUnknownContacts)));
};

/** Whether anything may be asked with this key, as far as is known. */
const mayAsk = (claim: PollClaim): boolean => claim.scopes === null || mayRead(claim).sequences;

/** What an earlier poll found and could not tell, whether or not Topo answers now. What a scan finds waits for its end. */
const publishLeftOver = (
  claim: PollClaim,
  { store, leaseMs, signal, waitsForFacts }: PollPorts & { waitsForFacts: boolean },
): Promise<PublishOutcome> => {
  const { organizationId, lease, nowMs, hasUnpublished, incremental } = claim;
  const scan = { kind: 'reconciliation' as const, startedAtMs: nowMs };
  const fromSeq = hasUnpublished && incremental === null ? 0 : null;
  return publishRest(store, { organizationId, lease, scan, waitsForFacts, fromSeq }, leaseMs, signal);
};

/**
 * Polls one workspace: continues the scan that was interrupted, or begins one, and stores it page by page until it ends
 * or has to wait. An incremental scan of a workspace without news costs one request. Once a day a reconciliation looks
 * at every task again, a few pages in each poll. What tasks are about is looked up after that, also when the scan has used
 * up its share of the request budget.
 */
export const poll = async (claim: PollClaim, ports: PollPorts): Promise<Polled> => {
  if (!claim.isBaselined) return pollBaseline(claim, ports);

  const waitsForFacts = mayRead(claim).sequences && ports.pauses.msLeft(claim.organizationId) === 0;
  const leftOver = await publishLeftOver(claim, { ...ports, waitsForFacts });
  if (leftOver.kind === 'lease lost') return { ...leaseLost, sawChange: false };
  const { asksForFacts, ...polled } = await pollTasks(claim, { ...ports, waitsForFacts });
  const isOver = ['failed', 'limited', 'key refused'].includes(polled.result) || polled.nextPollInMs === 0;
  if (isOver || !((asksForFacts && mayAsk(claim)) || hasToLookUp(claim))) return polled;
  const lookedUp = await lookUpFacts(claim, ports);
  if (lookedUp.kind === 'stop') return { ...polled, ...lookedUp.end };
  const { againInMs } = lookedUp;
  return againInMs === null ? polled : { ...polled, nextPollInMs: Math.min(polled.nextPollInMs, againInMs) };
};
