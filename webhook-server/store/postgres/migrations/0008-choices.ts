/** Steps may let the server choose among several people: whose turn it is, and who was chosen for which task. */
export const choices = `
-- How often each person of a set was chosen, in one of the ways to choose.
create table turn (
  organization_id text not null,
  set_key         text not null, -- hash of the sorted ids of all people of the set
  how             text not null,
  user_id         text not null,
  taken           bigint not null,
  used_at_ms      bigint not null, -- on which day the set was last used
  primary key (organization_id, set_key, how, user_id)
);

create index turn_by_use on turn (used_at_ms);
create index turn_of_organization on turn (organization_id, used_at_ms);

create table choice (
  id              text primary key,
  organization_id text not null,
  set_key         text not null,
  how             text not null,
  task_id         text not null,
  user_id         text not null,
  open_tasks      integer, -- of the person, when they were chosen for having the fewest
  state           text not null default 'open' check (state in ('open', 'done', 'failed')),
  updated_at_us   bigint, -- as Topo answered
  created_at_ms   bigint not null,
  settled_at_ms   bigint
);

create unique index choice_of_task on choice (organization_id, set_key, task_id) where state <> 'failed';
create index choice_by_age on choice (organization_id, created_at_ms);
create index choice_open on choice (created_at_ms) where state = 'open';
create index choice_settled on choice (settled_at_ms) where state <> 'open';
-- What the tasks of the snapshot do not show yet.
create index choice_done on choice (organization_id, settled_at_ms) where state = 'done';

-- How many open tasks a person has is counted with each choice.
create index snapshot_held on snapshot (organization_id, lower(assignee_user_id)) where is_open;
`;
