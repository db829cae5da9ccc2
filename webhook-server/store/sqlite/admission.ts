import type { Database } from 'better-sqlite3';
import { createPacer, type Paced } from '../pacer.ts';
import type { Paces } from '../work-store.ts';

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

/**
 * Answers those of the deliveries that their paces let through now, and stores what they use up; hooks that have to wait
 * are paused. Without paces everything may go. To be called inside the claim's transaction.
 */
export const createAdmission = (database: Database) => {
  const statements = prepareStatements(database);
  const usedByKey = (paceKey: string): number => statements.read.get({ paceKey })?.paced_until_ms ?? 0;

  return <Delivery extends Paced>(deliveries: Delivery[], paces: Paces | null, nowMs: number): Delivery[] => {
    if (paces === null) return deliveries;
    const pacer = createPacer(paces, usedByKey, nowMs);
    const admitted = deliveries.filter((delivery) => pacer.admit(delivery));
    for (const used of pacer.usedByHooks()) statements.writeOfHook.run(used);
    for (const used of pacer.usedByKeys()) statements.write.run(used);
    for (const wait of pacer.waits()) statements.pause.run(wait);
    return admitted;
  };
};
