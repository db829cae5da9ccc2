import type { Farewell, WorkStore } from '../work-store.ts';
import type { Database } from './database.ts';
import { sql } from './sql.ts';

/** Which targets are to be told that their hook has ended. */
export const createFarewells = (database: Database): Pick<WorkStore, 'claimFarewells' | 'endFarewell'> => ({
  claimFarewells: ({ limit, againInMs, mostAttempts }) =>
    database.rows<Farewell>(sql`
      update hook
      set farewell_at_ms = now_ms() + ${againInMs}, farewell_attempts = farewell_attempts + 1,
          farewell = case when farewell_attempts + 1 >= ${mostAttempts} then 'sent' else 'due' end
      where id in (
        select id from hook where farewell = 'due' and farewell_at_ms <= (select now_ms()) order by farewell_at_ms
        limit ${limit}
        for no key update skip locked)
      returning id as "hookId", sealed_target as "sealedTarget", ended_reason as reason, farewell_attempts as attempt`),

  async endFarewell(hookId) {
    await database.change(sql`update hook set farewell = 'sent' where id = ${hookId} and farewell = 'due'`);
  },
});
