/** Indexes for calls whose cost depended on how much a workspace keeps, and a fair share of a pace. */
export const boundedCost = `
-- Lists of hooks in pages, newest first.
drop index hook_of_organization;
create index hook_newest on hook (organization_id, created_at_ms);
-- Live hooks, and how many they are.
create index hook_live on hook (organization_id, ended_at_ms);
drop index hook_of_target;
create index hook_of_target on hook (organization_id, target_hash, created_at_ms);

-- What was sent again costs nothing when more is recovered.
create index delivery_recoverable on delivery (hook_id, settled_at_ms, seq)
where state in ('dead', 'dropped') and retried_as is null;

-- The directory in pages: the named first, by name.
create index person_by_name on person (
  organization_id, (case when name is null then '1' else '0' || lower(name) end), user_id);

-- The intents that stand for one task, or for one sequence run, however many others stand.
drop index intent_standing;
create index intent_of_task on intent (organization_id, task_id, assignee_user_id, created_at_ms)
where closed_at_ms is null;
create index intent_of_sequence on intent (organization_id, sequence_id, assignee_user_id, created_at_ms)
where closed_at_ms is null and scope = 'SEQUENCE';
create index intent_settled on intent (organization_id, settled_at_ms)
where closed_at_ms is null and settled_at_ms is not null;
update intent set sequence_id = (
  select snapshot.sequence_id from snapshot
  where snapshot.organization_id = intent.organization_id and snapshot.task_id = intent.task_id)
where sequence_id is null and closed_at_ms is null;

-- Whose delivery was let through last: the organizations that share a pace take turns.
alter table pace add column last_organization_id text;
`;
