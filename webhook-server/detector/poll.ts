import { listTasks } from '../../topo/list-tasks.ts';
import type { Log } from '../log.ts';
import type { PollClaim, PollOutcome, Reading } from '../store/work-store.ts';
import { leaseLost, type ReadOutcome, type ReadPorts, readOn } from './advance-scan.ts';
import type { PollEnd } from './budgeted-call.ts';
import { type LookUpPorts, lookUpSequences } from './look-up-sequences.ts';
import { nextPollInMs, type Pace } from './poll-intervals.ts';
import { newBaseline, newestOf, newSweep, newWalk, seenTask } from './scan.ts';

export type PollPorts = ReadPorts & LookUpPorts & { pace: Pace; log: Log };

/** How a poll ended, and whether it saw a change. */
export type Polled = PollEnd & Pick<PollOutcome, 'sawChange'>;

/** So many pages are read with each poll, so that a workspace with very many tasks leaves the others their turn. */
const turnPages = 25;

/** So many pages of a sweep are read with each poll: it has all day. */
const sweepPages = 5;

/** Begins a first reading with a look at the newest change, and remembers it: a poll may end before the first page. */
const beginBaseline = async (claim: PollClaim, { store, ask, leaseMs }: ReadPorts): Promise<Reading | PollEnd> => {
  const asked = await ask(listTasks({ page: 1, size: 1, sortBy: 'updated_at', sortOrder: 'desc' }));
  if (asked.kind === 'stop') return asked.end;
  const reading = newBaseline(claim, newestOf(asked.answer.items.map(seenTask), asked.nowUs));
  const { organizationId, lease } = claim;
  const requestedAtMs = ask.requestedAtMs();
  const page = { organizationId, lease, rows: [], reading, end: null, requestedAtMs };
  const outcome = await store.recordPage(page, { leaseMs });
  return outcome.kind === 'recorded' ? reading : leaseLost;
};

/** Reading every task may take hours: the log tells how far it has come. */
const report = (log: Log, { organizationId }: PollClaim, { kind, reading }: ReadOutcome): void => {
  const { kind: of, rowsRead, totalRows } = reading;
  const what = of === 'baseline' ? 'the first reading' : 'the daily sweep';
  log.info({ organizationId, rowsRead, totalRows }, kind === 'ended' ? `${what} is done` : `${what} goes on`);
};

const pollForTheFirstTime = async (claim: PollClaim, ports: PollPorts): Promise<Polled> => {
  const reading = claim.background ?? (await beginBaseline(claim, ports));
  if ('result' in reading) return { ...reading, sawChange: false };
  const read = await readOn(reading, claim, ports, turnPages);
  report(ports.log, claim, read);
  // It goes on with the next turn, and what changed meanwhile is told at once.
  const end: PollEnd = read.kind === 'stop' ? read.end : { result: 'done', nextPollInMs: 0 };
  return { ...end, sawChange: false };
};

const isSweepDue = ({ isSilent, sweptAtMs, nowMs, background }: PollClaim, { reconcileIntervalMs }: Pace): boolean =>
  background !== null || (!isSilent && sweptAtMs !== null && nowMs - sweptAtMs >= reconcileIntervalMs);

/**
 * Polls one workspace: goes on with the reading that was interrupted, or begins one, and stores it page by page until
 * it ends or has to wait. A walk of a workspace in which nothing happened costs one request. Once a day every task is
 * looked at again, a few pages with each poll.
 */
export const poll = async (claim: PollClaim, ports: PollPorts): Promise<Polled> => {
  if (!claim.isBaselined) return pollForTheFirstTime(claim, ports);

  const walked = await readOn(claim.walk ?? newWalk(claim), claim, ports, turnPages);
  if (walked.kind === 'stop') return { ...walked.end, sawChange: false };
  if (walked.kind === 'paused') return { result: 'done', nextPollInMs: 0, sawChange: false };
  let { changes } = walked;
  let isSweeping = false;
  if (isSweepDue(claim, ports.pace)) {
    const swept = await readOn(claim.background ?? newSweep(claim), claim, ports, sweepPages);
    report(ports.log, claim, swept);
    if (swept.kind === 'stop') return { ...swept.end, sawChange: changes > 0 };
    changes += swept.changes;
    isSweeping = swept.kind === 'paused';
  }
  const stopped = await lookUpSequences(claim, ports);
  if (stopped !== null) return { ...stopped, sawChange: changes > 0 };
  const sinceActiveMs = changes > 0 || isSweeping ? 0 : claim.nowMs - claim.activeAtMs;
  return { result: 'done', nextPollInMs: nextPollInMs(ports.pace, sinceActiveMs), sawChange: changes > 0 };
};
