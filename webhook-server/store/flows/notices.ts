import type { Transaction } from '../database.ts';
import { failingHookIsNewsMs, givenUpIsNewsMs, wellLooksEndNotice } from '../rules.ts';
import { noneOf, oneOf, sql } from '../sql.ts';
import type { DueNotice, ReviewOutcome, Trouble } from '../work-store.ts';
import { renewChore } from './chores.ts';

type Counts = { failing: number; given_up: number; refused: number; unread: number };

/** A workspace whose key is refused is not read, which is no further cause. */
const countTroubles = ({ first, nowMs }: Transaction, unreadMs: number): Promise<Counts | undefined> =>
  first<Counts>(sql`
    select
      (select count(*) from hook
       where ended_at_ms is null and failing_since_ms <= ${nowMs - failingHookIsNewsMs}) as failing,
      (select count(*) from delivery
       where state = 'dead' and settled_at_ms > ${nowMs - givenUpIsNewsMs}) as given_up,
      (select count(*) from workspace
       where sealed_key is not null and key_refused_since_ms is not null) as refused,
      (select count(*) from workspace
       where sealed_key is not null and key_refused_since_ms is null
         and greatest(read_at_ms, active_at_ms) <= ${nowMs - unreadMs}) as unread`);

const findTroubles = async (run: Transaction, unreadMs: number): Promise<Trouble[]> => {
  const counts = await countTroubles(run, unreadMs);
  const troubles: Trouble[] = [
    { cause: 'hooks failing', count: counts?.failing ?? 0 },
    { cause: 'deliveries given up', count: counts?.given_up ?? 0 },
    { cause: 'keys refused', count: counts?.refused ?? 0 },
    { cause: 'workspaces not read', count: counts?.unread ?? 0 },
  ];
  return troubles.filter(({ count }) => count > 0);
};

type NoticeRow = { cause: Trouble['cause']; well_looks: number };

/**
 * Holds what is wrong now against what was told, and renews the lease.
 *
 * @param noticed what the process sees that the database does not know.
 */
export const reviewNotices = async (
  run: Transaction,
  options: { lease: string; leaseMs: number; unreadMs: number; noticed: readonly Trouble[] },
): Promise<ReviewOutcome> => {
  if (!(await renewChore(run, 'notices', options))) return { kind: 'lease lost' };
  const troubles = [...(await findTroubles(run, options.unreadMs)), ...options.noticed];
  const causes = troubles.map(({ cause }) => cause);
  await run.change(sql`update notice set well_looks = 0 where cause ${oneOf(causes)}`);
  await run.change(sql`update notice set well_looks = well_looks + 1 where cause ${noneOf(causes)}`);
  const told = await run.rows<NoticeRow>(sql`select cause, well_looks from notice order by cause`);
  const toldCauses = new Set(told.map(({ cause }) => cause));
  const begun = troubles.filter(({ cause }) => !toldCauses.has(cause));
  const over = told.filter(({ well_looks }) => well_looks >= wellLooksEndNotice);
  return {
    kind: 'reviewed',
    due: [
      ...begun.map(({ cause, count }): DueNotice => ({ kind: 'begun', cause, count })),
      ...over.map(({ cause }): DueNotice => ({ kind: 'over', cause })),
    ],
  };
};

/** Notes that a notice was received, and renews the lease. Answers false when the lease is lost. */
export const recordNotice = async (
  run: Transaction,
  { lease, leaseMs, notice }: { lease: string; leaseMs: number; notice: DueNotice },
): Promise<boolean> => {
  if (!(await renewChore(run, 'notices', { lease, leaseMs }))) return false;
  if (notice.kind === 'begun') await run.change(sql`insert into notice (cause) values (${notice.cause})`);
  else await run.change(sql`delete from notice where cause = ${notice.cause}`);
  return true;
};
