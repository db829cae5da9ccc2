import type { Database } from 'better-sqlite3';
import type { Farewell, WorkStore } from '../work-store.ts';

type Turn = { nowMs: number; limit: number; againInMs: number; mostAttempts: number };

/** Which targets are to be told that their hook has ended. */
export const createFarewells = (
  database: Database,
  clock: () => number,
): Pick<WorkStore, 'claimFarewells' | 'endFarewell'> => {
  const claim = database.prepare<Turn, Farewell>(`
    update hook
    set farewell_at_ms = @nowMs + @againInMs, farewell_attempts = farewell_attempts + 1,
        farewell = iif(farewell_attempts + 1 >= @mostAttempts, 'sent', 'due')
    where id in (select id from hook where farewell = 'due' and farewell_at_ms <= @nowMs limit @limit)
    returning id as hookId, sealed_target as sealedTarget, ended_reason as reason, farewell_attempts as attempt`);

  const end = database.prepare<{ hookId: string }>(`
    update hook set farewell = 'sent' where id = @hookId and farewell = 'due'`);

  return {
    async claimFarewells(options) {
      return claim.all({ nowMs: clock(), ...options });
    },
    async endFarewell(hookId) {
      end.run({ hookId });
    },
  };
};
