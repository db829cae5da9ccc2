import { createHash } from 'node:crypto';
import type { WayToChoose } from '../../../contract/choice.ts';
import { nextInTurn, type Turns } from '../changes/next-in-turn.ts';
import type { Run, Transaction } from '../database.ts';
import { mostTurns, QuotaReached, type Quotas } from '../quotas.ts';
import { choiceLifeMs, choicesKeptMs, turnUsedAgainMs } from '../rules.ts';
import { noneOf, oneOf, type Statement, sql, tableOf } from '../sql.ts';
import type { ChoiceMade, ChoiceToMake, IntentOutcome } from '../tenant-store.ts';
import { countAwaitedLoads } from './awaited-loads.ts';
import { lockWorkspaces } from './workspaces.ts';

// Whoever reads or writes turns and choices of a workspace locks the workspace first: so its choices come one after the other.

type ChoiceRow = {
  id: string;
  set_key: string;
  how: WayToChoose;
  user_id: string;
  open_tasks: number | null;
  state: 'open' | 'done';
  settled_at_ms: number | null;
};

/** Who takes turns with whom. */
type TurnSet = { setKey: string; how: WayToChoose; people: readonly string[] };

const setOf = ({ candidates, how }: ChoiceToMake): TurnSet => {
  const people = [...new Set(candidates)].toSorted();
  return { setKey: createHash('sha256').update(people.join(',')).digest('base64url'), how, people };
};

const isOfSet = (organizationId: string, { setKey, how }: Pick<TurnSet, 'setKey' | 'how'>): Statement =>
  sql`organization_id = ${organizationId} and set_key = ${setKey} and how = ${how}`;

/** Who of these people is away. */
const whoIsAway = async (run: Transaction, organizationId: string, userIds: readonly string[]): Promise<string[]> => {
  const rows = await run.rows<{ user_id: string }>(sql`
    select user_id from person
    where organization_id = ${organizationId} and user_id ${oneOf(userIds)} and away_until_ms > ${run.nowMs}
    order by user_id`);
  return rows.map(({ user_id }) => user_id);
};

const giveBack = async (
  run: Transaction,
  organizationId: string,
  { set_key, how, user_id }: Pick<ChoiceRow, 'set_key' | 'how' | 'user_id'>,
): Promise<void> => {
  await run.change(sql`
    update turn set taken = taken - 1
    where ${isOfSet(organizationId, { setKey: set_key, how })} and user_id = ${user_id} and taken > 0`);
};

/** So many choices that nobody settled fail at once. */
const mostFailed = 500;

/** Gives back the turns of choices that nobody settled. Returns how many. */
const failUnsettled = async (run: Transaction, organizationId: string, beforeMs: number): Promise<number> => {
  const failed = await run.rows<Pick<ChoiceRow, 'set_key' | 'how' | 'user_id'>>(sql`
    update choice set state = 'failed', settled_at_ms = ${run.nowMs}
    where id in (
      select id from choice
      where organization_id = ${organizationId} and state = 'open' and created_at_ms < ${beforeMs}
      order by created_at_ms limit ${mostFailed})
    returning set_key, how, user_id`);
  for (const choice of failed) await giveBack(run, organizationId, choice);
  return failed.length;
};

/** The choice that was made for this task and these people, if it still holds. */
const findStanding = (
  run: Run,
  organizationId: string,
  { setKey }: TurnSet,
  taskId: string,
): Promise<ChoiceRow | undefined> =>
  run.first<ChoiceRow>(sql`
    select id, set_key, how, user_id, open_tasks, state, settled_at_ms from choice
    where organization_id = ${organizationId} and set_key = ${setKey} and task_id = ${taskId} and state <> 'failed'`);

const readTurns = async (run: Run, organizationId: string, set: TurnSet): Promise<Turns> => {
  const rows = await run.rows<{ user_id: string; taken: number }>(sql`
    select user_id, taken from turn where ${isOfSet(organizationId, set)}`);
  const taken = new Map(rows.map((row) => [row.user_id, row.taken]));
  // Whoever has no turn yet begins with the others.
  const least = rows.length === 0 ? 0 : Math.min(...taken.values());
  return new Map(set.people.map((userId) => [userId, taken.get(userId) ?? least]));
};

/** Makes room for new turns: those go that were used longest ago. */
const forgetOldTurns = async (run: Transaction, organizationId: string, { setKey }: TurnSet): Promise<void> => {
  const { count = 0 } =
    (await run.first<{ count: number }>(sql`
      select count(*) as count from turn where organization_id = ${organizationId}`)) ?? {};
  if (count <= mostTurns) return;
  await run.change(sql`
    delete from turn where organization_id = ${organizationId} and (set_key, how, user_id) in (
      select set_key, how, user_id from turn
      where organization_id = ${organizationId} and set_key <> ${setKey}
      order by used_at_ms limit ${count - mostTurns})`);
};

type Taken = { userId: string; taken: number; eligible: readonly string[] };

/** Takes a person's turn. Who could not be chosen this time does not save up turns for later. */
const takeTurn = async (
  run: Transaction,
  organizationId: string,
  set: TurnSet,
  turns: Turns,
  { userId, taken, eligible }: Taken,
): Promise<void> => {
  const added = await run.change(sql`
    insert into turn (organization_id, set_key, how, user_id, taken, used_at_ms)
    select ${organizationId}, ${set.setKey}, ${set.how}, member_id, had, cast(${run.nowMs} as bigint)
    from ${tableOf('member', [...turns], {
      member_id: ['text', ([member]) => member],
      had: ['bigint', ([, had]) => had],
    })}
    where true
    on conflict do nothing`);
  if (added > 0) await forgetOldTurns(run, organizationId, set);
  await run.change(sql`
    update turn set used_at_ms = ${run.nowMs}
    where ${isOfSet(organizationId, set)} and used_at_ms < ${run.nowMs - turnUsedAgainMs}`);
  await run.change(sql`
    update turn set taken = ${taken}
    where ${isOfSet(organizationId, set)} and user_id ${noneOf(eligible)} and taken < ${taken}`);
  await run.change(sql`
    update turn set taken = ${taken + 1} where ${isOfSet(organizationId, set)} and user_id = ${userId}`);
};

const checkQuota = async (run: Run, organizationId: string, sinceMs: number, { choices }: Quotas): Promise<void> => {
  const { count = 0 } =
    (await run.first<{ count: number }>(sql`
      select count(*) as count from choice
      where organization_id = ${organizationId} and created_at_ms >= ${sinceMs}`)) ?? {};
  if (count >= choices) throw new QuotaReached('choices', choices);
};

const reserve = async (
  run: Transaction,
  organizationId: string,
  { id, taskId, how }: ChoiceToMake,
  { setKey }: TurnSet,
  { userId, openTasks }: { userId: string; openTasks: number | null },
): Promise<void> => {
  await run.change(sql`
    insert into choice (id, organization_id, set_key, how, task_id, user_id, open_tasks, created_at_ms)
    values (${id}, ${organizationId}, ${setKey}, ${how}, ${taskId}, ${userId}, ${openTasks}, ${run.nowMs})`);
};

type Eligible = { eligible: readonly string[]; openTasks: number | null };

/** Those of the people between whom only the turn decides. */
const findEligible = async (
  run: Transaction,
  organizationId: string,
  { taskId, how }: ChoiceToMake,
  present: readonly string[],
): Promise<Eligible> => {
  if (how === 'turn') return { eligible: present, openTasks: null };
  const loads = await countAwaitedLoads(run, organizationId, taskId, present);
  const fewest = Math.min(...loads.values());
  return { eligible: present.filter((userId) => loads.get(userId) === fewest), openTasks: Math.max(0, fewest) };
};

/**
 * Chooses one of several people for a task. A choice for the same task and people stands until it has failed or is a day
 * old, however often it is asked for.
 */
export const choose = async (
  run: Transaction,
  organizationId: string,
  asked: ChoiceToMake,
  quotas: Quotas,
): Promise<ChoiceMade> => {
  await lockWorkspaces(run, [organizationId]);
  await failUnsettled(run, organizationId, run.nowMs - choiceLifeMs);
  const set = setOf(asked);
  const awayIds = await whoIsAway(run, organizationId, set.people);
  const keptSinceMs = run.nowMs - choicesKeptMs;
  const standing = await findStanding(run, organizationId, set, asked.taskId);
  if (standing !== undefined && (standing.settled_at_ms ?? run.nowMs) >= keptSinceMs) {
    const { id, user_id, how, open_tasks } = standing;
    return { kind: 'chosen', id, userId: user_id, how, openTasks: open_tasks, awayIds, isRepeated: true };
  }
  const present = set.people.filter((userId) => !awayIds.includes(userId));
  if (present.length === 0) return { kind: 'all away' };
  const { eligible, openTasks } = await findEligible(run, organizationId, asked, present);
  const turns = await readTurns(run, organizationId, set);
  const next = nextInTurn(turns, eligible);
  if (next === undefined) return { kind: 'all away' };
  const chosen = { userId: next.userId, openTasks };
  if (!asked.isPreview) {
    await checkQuota(run, organizationId, keptSinceMs, quotas);
    if (standing !== undefined) await run.change(sql`delete from choice where id = ${standing.id}`);
    await reserve(run, organizationId, asked, set, chosen);
    await takeTurn(run, organizationId, set, turns, { ...next, eligible });
  }
  return { kind: 'chosen', id: asked.id, how: set.how, awayIds, isRepeated: false, ...chosen };
};

/** Notes how a choice came out; only an open one changes. Returns whether there is such a choice. */
export const settleChoice = async (
  run: Transaction,
  organizationId: string,
  choiceId: string,
  { state, updatedAtUs }: IntentOutcome,
): Promise<boolean> => {
  await lockWorkspaces(run, [organizationId]);
  const settled = await run.first<Pick<ChoiceRow, 'set_key' | 'how' | 'user_id'>>(sql`
    update choice set state = ${state}, updated_at_us = ${updatedAtUs}, settled_at_ms = ${run.nowMs}
    where id = ${choiceId} and organization_id = ${organizationId} and state = 'open'
    returning set_key, how, user_id`);
  if (settled === undefined) {
    const known = await run.first(sql`
      select 1 from choice where id = ${choiceId} and organization_id = ${organizationId}`);
    return known !== undefined;
  }
  if (state === 'failed') await giveBack(run, organizationId, settled);
  return true;
};

/** For the clean-up: gives back the turns of one workspace's choices that nobody settled. */
export const failOldChoices = async (run: Transaction, beforeMs: number): Promise<number> => {
  const old = await run.first<{ organization_id: string }>(sql`
    select organization_id from choice where state = 'open' and created_at_ms < ${beforeMs}
    order by created_at_ms limit 1`);
  if (old === undefined) return 0;
  await lockWorkspaces(run, [old.organization_id]);
  return failUnsettled(run, old.organization_id, beforeMs);
};

export const removeSettledChoices = (run: Transaction, beforeMs: number, limit: number): Promise<number> =>
  run.change(sql`
    delete from choice where id in (
      select id from choice where state <> 'open' and settled_at_ms < ${beforeMs}
      order by settled_at_ms limit ${limit})`);

export const removeUnusedTurns = (run: Transaction, beforeMs: number, limit: number): Promise<number> =>
  run.change(sql`
    delete from turn where (organization_id, set_key, how, user_id) in (
      select organization_id, set_key, how, user_id from turn where used_at_ms < ${beforeMs}
      order by used_at_ms limit ${limit})`);
