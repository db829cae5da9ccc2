import type { Run, Transaction } from '../database.ts';
import { sql } from '../sql.ts';
import type { Figures } from '../work-store.ts';

type WorkspaceFigures = { watched: number; refused: number; read_at_ms: number | null };

/** A workspace that is watched again has not been read since, whatever it was before. */
const countWorkspaces = (run: Run): Promise<WorkspaceFigures | undefined> =>
  run.first<WorkspaceFigures>(sql`
    select count(*) as watched, count(key_refused_since_ms) as refused,
           min(greatest(read_at_ms, active_at_ms)) as read_at_ms
    from workspace where sealed_key is not null`);

type WaitingFigures = { waiting: number; since_ms: number | null };

/** Deliveries are numbered in the order in which they were made. */
const countWaiting = (run: Run): Promise<WaitingFigures | undefined> =>
  run.first<WaitingFigures>(sql`
    select waiting, (select created_at_ms from delivery where delivery.seq = oldest_seq) as since_ms
    from (select count(*) as waiting, min(seq) as oldest_seq from delivery where state = 'waiting') as queue`);

type HookFigures = { kept: number; ended: number; failing: number; failing_since_ms: number | null };

const countHooks = (run: Run): Promise<HookFigures | undefined> =>
  run.first<HookFigures>(sql`
    select count(*) as kept, count(ended_at_ms) as ended,
           count(*) filter (where ended_at_ms is null and failing_since_ms is not null) as failing,
           min(failing_since_ms) filter (where ended_at_ms is null) as failing_since_ms
    from hook`);

/** Counts what an operator watches, over all organizations. */
export const readFigures = async (run: Transaction): Promise<Figures> => {
  const workspaces = await countWorkspaces(run);
  const queue = await countWaiting(run);
  const { kept, ended, failing, failing_since_ms } = (await countHooks(run)) ?? { kept: 0, ended: 0, failing: 0 };
  const sinceMs = (atMs: number | null | undefined) => Math.max(0, run.nowMs - (atMs ?? run.nowMs));
  return {
    watchedWorkspaces: workspaces?.watched ?? 0,
    refusedKeys: workspaces?.refused ?? 0,
    oldestReadingMs: sinceMs(workspaces?.read_at_ms),
    waitingDeliveries: queue?.waiting ?? 0,
    oldestWaitingMs: sinceMs(queue?.since_ms),
    hooks: { active: kept - ended - failing, failing, ended },
    longestFailingMs: sinceMs(failing_since_ms),
  };
};
