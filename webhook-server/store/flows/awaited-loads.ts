import type { Transaction } from '../database.ts';
import { intentLifeMs, visibleWithinMs } from '../rules.ts';
import { oneOf, sql } from '../sql.ts';

/** A task that is going to somebody, as far as we know. `holderId` is whom the snapshot shows. */
type AwaitedRow = {
  task_id: string;
  user_id: string;
  holder_id: string | null;
  is_open: number | boolean | null;
  created_at_ms: number;
};

/** More are not counted at once. */
const mostAwaited = 5_000;

/** What was announced or chosen, and is not seen in the snapshot yet: it shows an older state of the task, or none. */
const findAwaited = (run: Transaction, organizationId: string): Promise<AwaitedRow[]> =>
  run.rows<AwaitedRow>(sql`
    with pending as (
      select task_id, null as sequence_id, user_id, state, updated_at_us, created_at_ms
      from choice
      where organization_id = ${organizationId}
        and (state = 'open' or (state = 'done' and settled_at_ms >= (
          select coalesce(read_at_ms, 0) - ${visibleWithinMs} from workspace where organization_id = ${organizationId})))
      union all
      select task_id, case when scope = 'SEQUENCE' then sequence_id end as sequence_id, assignee_user_id as user_id,
             state, updated_at_us, created_at_ms
      from intent
      where organization_id = ${organizationId} and closed_at_ms is null
        and (state = 'done' or created_at_ms >= ${run.nowMs - intentLifeMs})
    )
    select pending.task_id, pending.user_id, lower(snapshot.assignee_user_id) as holder_id, snapshot.is_open,
           pending.created_at_ms
    from pending
    left join snapshot on snapshot.organization_id = ${organizationId} and snapshot.task_id = pending.task_id
    where state = 'open' or pending.updated_at_us is null or snapshot.updated_at_us is null
      or snapshot.updated_at_us < pending.updated_at_us
    union all
    select snapshot.task_id, pending.user_id, lower(snapshot.assignee_user_id) as holder_id, snapshot.is_open,
           pending.created_at_ms
    from pending
    join snapshot on snapshot.organization_id = ${organizationId} and snapshot.sequence_id = pending.sequence_id
      and snapshot.task_id <> pending.task_id and snapshot.is_open
    where state = 'open' or pending.updated_at_us is null or snapshot.updated_at_us < pending.updated_at_us
    order by created_at_ms
    limit ${mostAwaited}`);

type CountRow = { user_id: string; open_tasks: number };

/**
 * How many open tasks each of these people has beside this one: those of the snapshot, and what is on its way to them or
 * away from them. The task itself does not count, whoever has it: else it would leave somebody who has no more than others.
 */
export const countAwaitedLoads = async (
  run: Transaction,
  organizationId: string,
  taskId: string,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, number>> => {
  const rows = await run.rows<CountRow>(sql`
    select lower(assignee_user_id) as user_id, count(*) as open_tasks from snapshot
    where organization_id = ${organizationId} and is_open and lower(assignee_user_id) ${oneOf(userIds)}
      and task_id <> ${taskId}
    group by lower(assignee_user_id)`);
  const loads = new Map(userIds.map((userId) => [userId, 0]));
  const add = (userId: string | null, count: number): void => {
    const load = userId === null ? undefined : loads.get(userId);
    if (userId !== null && load !== undefined) loads.set(userId, load + count);
  };
  for (const { user_id, open_tasks } of rows) add(user_id, open_tasks);
  // Of several for one task the last counts.
  const awaited = new Map((await findAwaited(run, organizationId)).map((row) => [row.task_id, row]));
  awaited.delete(taskId);
  for (const { user_id, holder_id, is_open } of awaited.values()) {
    const isClosed = is_open !== null && !is_open;
    if (isClosed || user_id === holder_id) continue;
    add(user_id, 1);
    if (is_open !== null) add(holder_id, -1);
  }
  return loads;
};
