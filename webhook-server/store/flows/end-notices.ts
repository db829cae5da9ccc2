import type { Settling, Transaction } from '../database.ts';
import { phrase, sql } from '../sql.ts';
import type { EndNotice } from '../work-store.ts';

type Turn = { limit: number; againInMs: number; mostAttempts: number };

/** Takes hooks whose targets are to be told that we have ended them. */
export const claimEndNotices = (
  { rows, nowMs }: Transaction,
  { limit, againInMs, mostAttempts }: Turn,
): Promise<EndNotice[]> =>
  rows<EndNotice>(sql`
    update hook
    set farewell_at_ms = ${nowMs + againInMs}, farewell_attempts = farewell_attempts + 1,
        farewell = case when farewell_attempts + 1 >= ${mostAttempts} then 'sent' else 'due' end
    where id in (
      select id from hook where farewell = 'due' and farewell_at_ms <= ${nowMs} order by farewell_at_ms
      limit ${limit}
      ${phrase('lock free rows')})
    returning id as "hookId", sealed_target as "sealedTarget", ended_reason as reason, farewell_attempts as attempt`);

/** Notes that a target has heard that its hook has ended, or cannot hear it. */
export const closeEndNotice = async ({ change, proof }: Settling, hookId: string): Promise<void> => {
  await change(sql`update hook set farewell = 'sent' where id = ${hookId} and farewell = 'due' and ${proof}`);
};
