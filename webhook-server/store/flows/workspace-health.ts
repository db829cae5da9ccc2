import type { Run, TenantDatabase } from '../database.ts';
import type { WorkspaceHealth } from '../operator-store.ts';
import { readScopes } from '../rows/scopes.ts';
import { type Statement, sql } from '../sql.ts';

type HealthRow = {
  organization_id: string;
  is_watched: number | boolean;
  key_refused_since_ms: number | null;
  read_at_ms: number | null;
  failures: number;
  listening_since_ms: number | null;
  rows_read: number | null;
  total_rows: number | null;
  unusable_tasks: number;
  scopes: string | null;
  requested_at_ms: string;
  live: number;
  failing: number;
  failing_since_ms: number | null;
  waiting: number;
  waiting_since_ms: number | null;
  given_up: number;
};

/** So many lost deliveries of a workspace are looked at, and no more: a hook may have lost millions. */
const mostLost = 10_000;

const minuteMs = 60_000;

const healthWhere = (run: Run, which: Statement): Promise<HealthRow[]> =>
  run.rows<HealthRow>(sql`
    select chosen.organization_id, chosen.sealed_key is not null as is_watched, chosen.key_refused_since_ms,
           chosen.read_at_ms, chosen.failures, chosen.listening_since_ms, chosen.unusable_tasks, chosen.scopes,
           chosen.requested_at_ms, reading.rows_read, reading.total_rows,
           (select count(*) from hook
            where hook.organization_id = chosen.organization_id and ended_at_ms is null) as live,
           (select count(failing_since_ms) from hook
            where hook.organization_id = chosen.organization_id and ended_at_ms is null) as failing,
           (select min(failing_since_ms) from hook
            where hook.organization_id = chosen.organization_id and ended_at_ms is null) as failing_since_ms,
           (select count(*) from hook join delivery on hook_id = hook.id
            where hook.organization_id = chosen.organization_id and ended_at_ms is null
              and state = 'waiting') as waiting,
           (select created_at_ms from delivery where seq = (
             select min(delivery.seq) from hook join delivery on hook_id = hook.id
             where hook.organization_id = chosen.organization_id and ended_at_ms is null
               and state = 'waiting')) as waiting_since_ms,
           (select count(*) from (
             select state from hook join delivery on hook_id = hook.id
             where hook.organization_id = chosen.organization_id and state in ('dead', 'dropped')
               and retried_as is null
             limit ${mostLost}) as lost
            where lost.state = 'dead') as given_up
    from (${which}) as chosen
    left join reading on reading.organization_id = chosen.organization_id and reading.kind <> 'walk'`);

const timesIn = (json: string): number[] => JSON.parse(json);

const readHealth = (row: HealthRow, nowMs: number): WorkspaceHealth => ({
  organizationId: row.organization_id,
  nowMs,
  isWatched: Boolean(row.is_watched),
  keyRefusedSinceMs: row.key_refused_since_ms,
  readAtMs: row.read_at_ms,
  failures: row.failures,
  listeningSinceMs: row.listening_since_ms,
  progress:
    row.rows_read === null || row.total_rows === null ? null : { rowsRead: row.rows_read, totalRows: row.total_rows },
  unusableTasks: row.unusable_tasks,
  scopes: readScopes(row.scopes),
  requestsLastMinute: timesIn(row.requested_at_ms).filter((atMs) => atMs > nowMs - minuteMs).length,
  hooks: { active: row.live - row.failing, failing: row.failing },
  failingSinceMs: row.failing_since_ms,
  waiting: row.waiting,
  oldestWaitingMs: row.waiting_since_ms === null ? null : Math.max(0, nowMs - row.waiting_since_ms),
  givenUp: row.given_up,
});

/** How a workspace fares; nothing when it has never been watched. */
export const findHealth = (database: TenantDatabase, organizationId: string): Promise<WorkspaceHealth | undefined> =>
  database.transaction(async (run) => {
    const [row] = await healthWhere(run, sql`select * from workspace where organization_id = ${organizationId}`);
    return row === undefined ? undefined : readHealth(row, run.nowMs);
  });

const needOf = ({ keyRefusedSinceMs, failingSinceMs }: WorkspaceHealth): number =>
  (keyRefusedSinceMs === null ? 0 : 2) + (failingSinceMs === null ? 0 : 1);

const byNeed = (one: WorkspaceHealth, other: WorkspaceHealth): number => needOf(other) - needOf(one);

/** How workspaces fare, those first that need somebody. */
export const listHealth = (
  database: TenantDatabase,
  { limit, skip }: { limit: number; skip: number },
): Promise<WorkspaceHealth[]> =>
  database.transaction(async (run) => {
    const rows = await healthWhere(
      run,
      sql`select * from workspace
          order by key_refused_since_ms is null, not exists (
            select 1 from hook
            where hook.organization_id = workspace.organization_id and ended_at_ms is null
              and failing_since_ms is not null), organization_id
          limit ${limit} offset ${skip}`,
    );
    return rows.map((row) => readHealth(row, run.nowMs)).toSorted(byNeed);
  });
