import type { Database } from 'better-sqlite3';
import { allowance, nextAllowedMs, spend } from '../pace.ts';
import type { Pace, Paces } from '../work-store.ts';

/** Whose pace a delivery uses up: that of its hook and, if it has one, that of its `pace_key`. */
export type Paced = { hook_id: string; pace_key: string | null; paced_until_ms: number };

/** Lets deliveries through as their paces allow. To be made for one claim, inside its transaction. */
export type Pacer = {
  /** Whether this delivery may go now; if so it counts. */
  admit(delivery: Paced): boolean;
  /** Stores what was used up, and lets hooks wait that have to. */
  store(): void;
};

type Gauge = { pace: Pace; usedUntilMs: number };

const prepareStatements = (database: Database) => ({
  read: database.prepare<{ paceKey: string }, { paced_until_ms: number }>(
    'select paced_until_ms from pace where pace_key = @paceKey',
  ),

  write: database.prepare<{ paceKey: string; usedUntilMs: number }>(`
    insert into pace (pace_key, paced_until_ms) values (@paceKey, @usedUntilMs)
    on conflict (pace_key) do update set paced_until_ms = excluded.paced_until_ms`),

  writeOfHook: database.prepare<{ hookId: string; usedUntilMs: number }>(
    'update hook set paced_until_ms = @usedUntilMs where id = @hookId',
  ),

  pause: database.prepare<{ hookId: string; resumeAtMs: number }>(
    'update hook set resume_at_ms = max(resume_at_ms, @resumeAtMs) where id = @hookId',
  ),
});

/** Makes the pacer of a claim; without paces everything may go. */
export const createPacers = (database: Database): ((paces: Paces | null, nowMs: number) => Pacer) => {
  const statements = prepareStatements(database);

  return (paces, nowMs) => {
    if (paces === null) return { admit: () => true, store: () => {} };
    const ofHooks = new Map<string, Gauge>();
    const ofKeys = new Map<string, Gauge>();
    const waits = new Map<string, number>();

    const gaugeIn = (gauges: Map<string, Gauge>, name: string, read: () => Gauge): Gauge => {
      const gauge = gauges.get(name) ?? read();
      gauges.set(name, gauge);
      return gauge;
    };

    const gaugesOf = ({ hook_id, pace_key, paced_until_ms }: Paced): Gauge[] => {
      const ofHook = gaugeIn(ofHooks, hook_id, () => ({ pace: paces.hook, usedUntilMs: paced_until_ms }));
      if (pace_key === null) return [ofHook];
      const readKey = () => ({
        pace: paces.paceKey,
        usedUntilMs: statements.read.get({ paceKey: pace_key })?.paced_until_ms ?? 0,
      });
      return [ofHook, gaugeIn(ofKeys, pace_key, readKey)];
    };

    return {
      admit(delivery) {
        const gauges = gaugesOf(delivery);
        const spent = gauges.filter(({ pace, usedUntilMs }) => allowance(pace, usedUntilMs, nowMs) < 1);
        if (spent.length > 0) {
          waits.set(
            delivery.hook_id,
            Math.max(...spent.map(({ pace, usedUntilMs }) => nextAllowedMs(pace, usedUntilMs))),
          );
          return false;
        }
        for (const gauge of gauges) gauge.usedUntilMs = spend(gauge.pace, gauge.usedUntilMs, nowMs);
        return true;
      },
      store() {
        for (const [hookId, { usedUntilMs }] of ofHooks) statements.writeOfHook.run({ hookId, usedUntilMs });
        for (const [paceKey, { usedUntilMs }] of ofKeys) statements.write.run({ paceKey, usedUntilMs });
        for (const [hookId, resumeAtMs] of waits) statements.pause.run({ hookId, resumeAtMs });
      },
    };
  };
};
