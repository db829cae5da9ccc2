import type { Transaction } from '../database.ts';
import { oneOf, type Statement, sql, tableOf } from '../sql.ts';

/** What a delivery sends: its own text, or one that it shares with others. */
export const sentBody: Statement = sql`
  coalesce((select sent_body.body from sent_body where sent_body.id = delivery.body_id), delivery.body)`;

const countUses = (bodyIds: readonly string[]): [id: string, uses: number][] =>
  [...Map.groupBy(bodyIds, (id) => id)].map(([id, { length }]) => [id, length]);

/** Keeps texts that deliveries share. `used` names the text of each of these deliveries. */
export const keepBodies = async (
  run: Transaction,
  organizationId: string,
  shared: ReadonlyMap<string, string>,
  used: readonly string[],
): Promise<void> => {
  if (used.length === 0) return;
  const textOf = new Map([...shared].map(([body, id]) => [id, body]));
  await run.change(sql`
    insert into sent_body (id, organization_id, body, uses)
    select id, ${organizationId}, kept, times
    from ${tableOf('added', countUses(used), {
      id: ['text', ([id]) => id],
      kept: ['text', ([id]) => textOf.get(id) ?? ''],
      times: ['bigint', ([, uses]) => uses],
    })}`);
};

/** Removes the texts that nothing sends any more, now that these deliveries, by the texts they shared, are gone. */
export const releaseBodies = async (run: Transaction, released: readonly string[]): Promise<void> => {
  if (released.length === 0) return;
  const counted = countUses(released);
  await run.change(sql`
    update sent_body set uses = uses - times
    from ${tableOf('released', counted, {
      released_id: ['text', ([id]) => id],
      times: ['bigint', ([, uses]) => uses],
    })}
    where id = released_id`);
  await run.change(sql`delete from sent_body where uses <= 0 and id ${oneOf(counted.map(([id]) => id))}`);
};
