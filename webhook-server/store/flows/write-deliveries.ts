import type { NewDelivery } from '../changes/fan-out.ts';
import { newBodyId } from '../changes/ids.ts';
import type { Transaction } from '../database.ts';
import { sql, tableOf } from '../sql.ts';
import { keepBodies } from './sent-bodies.ts';
import { inChunks } from './tell-hooks.ts';

type Verdict = { state: 'waiting'; isManual?: boolean } | { state: 'dropped'; reason: string };

/** A name for each text that several of these deliveries send. */
const nameShared = (added: readonly NewDelivery[]): ReadonlyMap<string, string> => {
  const groups = [...Map.groupBy(added, ({ body }) => body)];
  return new Map(groups.filter(([, { length }]) => length > 1).map(([body]) => [body, newBodyId()]));
};

const writeChunk = async (
  run: Transaction,
  organizationId: string,
  added: readonly NewDelivery[],
  verdict: Verdict,
): Promise<void> => {
  const shared = nameShared(added);
  const reason = verdict.state === 'dropped' ? verdict.reason : null;
  const settledAtMs = verdict.state === 'dropped' ? run.nowMs : null;
  const isManual = verdict.state === 'waiting' && verdict.isManual === true;
  const written = await run.rows<{ body_id: string | null }>(sql`
    insert into delivery
      (id, organization_id, hook_id, event_id, order_key, body, body_id, created_at_ms, state, reason, settled_at_ms,
       is_manual)
    select id, ${organizationId}, hook_id, event_id, order_key, own_body, shared_id, cast(${run.nowMs} as bigint),
           cast(${verdict.state} as text), cast(${reason} as text), cast(${settledAtMs} as bigint),
           cast(${isManual} as boolean)
    from ${tableOf('added', added, {
      id: ['text', ({ id }) => id],
      hook_id: ['text', ({ hookId }) => hookId],
      event_id: ['text', ({ eventId }) => eventId],
      order_key: ['text', ({ orderKey }) => orderKey],
      own_body: ['text', ({ body }) => (shared.has(body) ? '' : body)],
      shared_id: ['text', ({ body }) => shared.get(body) ?? null],
    })}
    where true
    order by position
    on conflict (id) do nothing
    returning body_id`);
  await keepBodies(
    run,
    organizationId,
    shared,
    written.flatMap(({ body_id }) => body_id ?? []),
  );
};

/** Adds deliveries in their order: to be sent, or dropped for a reason and kept to be sent by hand. */
export const writeDeliveries = async (
  run: Transaction,
  organizationId: string,
  added: readonly NewDelivery[],
  verdict: Verdict = { state: 'waiting' },
): Promise<void> => {
  for (const chunk of inChunks(added)) await writeChunk(run, organizationId, chunk, verdict);
};
