import type { Run, Transaction } from '../database.ts';
import { phrase, type Statement, sql } from '../sql.ts';

export type OwnedHook = { organizationId: string; hookId: string };

/** A hook that a Zap has, or had: Zapier makes a new one each time a Zap is turned on. */
export type HookOfZap = {
  id: string;
  number: number;
  target_hash: string;
  predecessor: string | null;
  created_at_ms: number;
  ended_at_ms: number | null;
};

/** `fromMs`: nobody looks further back. */
export type HooksOfZap = { hooks: HookOfZap[]; fromMs: number };

/** A Zap may have been turned on very often: so many times are looked back at. */
const mostHooks = 20;

const columns = sql`
  id, ${phrase('hook number')} as number, target_hash, predecessor, created_at_ms, ended_at_ms`;

/** The hook before this one: of the same Zap, or of the same target. */
const findBefore = (
  run: Run,
  organizationId: string,
  { number, created_at_ms, target_hash, predecessor }: HookOfZap,
): Promise<HookOfZap | undefined> =>
  run.first<HookOfZap>(sql`
    select ${columns} from hook
    where organization_id = ${organizationId} and (id = ${predecessor} or target_hash = ${target_hash})
      and (created_at_ms, ${phrase('hook number')}) < (${created_at_ms}, ${number})
    order by created_at_ms desc, ${phrase('hook number')} desc
    limit 1`);

/** A hook and those that its Zap had before it, newest first; none when the organization has no such hook. */
export const readHooksOfZap = async (run: Run, { organizationId, hookId }: OwnedHook): Promise<HooksOfZap> => {
  const hooks: HookOfZap[] = [];
  let hook = await run.first<HookOfZap>(sql`
    select ${columns} from hook where id = ${hookId} and organization_id = ${organizationId}`);
  while (hook !== undefined && hooks.length < mostHooks) {
    hooks.push(hook);
    hook = await findBefore(run, organizationId, hook);
  }
  return { hooks, fromMs: hook === undefined ? 0 : (hooks.at(-1)?.created_at_ms ?? 0) };
};

/** Whether a hook was there when an `event` was found. Of what an earlier version found nobody knows which hooks there were. */
const wasThere = ({ number, created_at_ms, ended_at_ms }: HookOfZap): Statement => {
  const hadBegun = sql`
    (newest_hook >= ${number} or (newest_hook is null and detected_at_ms >= ${created_at_ms}))`;
  return ended_at_ms === null ? hadBegun : sql`(${hadBegun} and detected_at_ms < ${ended_at_ms})`;
};

/** Whether an `event` was found while the Zap was off. */
export const wasFoundWhileOff = ({ hooks, fromMs }: HooksOfZap): Statement =>
  hooks.reduce(
    (condition, hook) => sql`${condition} and ${wasThere(hook)} is not true`,
    sql`detected_at_ms >= ${fromMs}`,
  );

type Time = { fromMs: number; untilMs: number };

/** When a Zap was off, oldest first. Its live hook hears of what is found from `listeningSinceMs` on. */
export const offTimesOf = ({ hooks, fromMs }: HooksOfZap, listeningSinceMs: number): Time[] => {
  const times: Time[] = [];
  let onUntilMs = fromMs;
  for (const { created_at_ms, ended_at_ms } of hooks.toReversed()) {
    const onFromMs = ended_at_ms === null ? Math.max(created_at_ms, listeningSinceMs) : created_at_ms;
    if (onFromMs > onUntilMs) times.push({ fromMs: onUntilMs, untilMs: onFromMs });
    onUntilMs = Math.max(onUntilMs, ended_at_ms ?? Number.POSITIVE_INFINITY);
  }
  return times;
};

/** Since when what is found in a workspace is told: now, where nobody listens yet. */
export const readListeningSince = async (run: Transaction, organizationId: string): Promise<number> =>
  (
    await run.first<{ listening_since_ms: number | null }>(sql`
      select listening_since_ms from workspace where organization_id = ${organizationId}`)
  )?.listening_since_ms ?? run.nowMs;
