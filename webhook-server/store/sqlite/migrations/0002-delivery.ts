/** What delivering needs beyond the queue itself: pace, circuits, deliveries by hand, and cleaning up. */
export const delivery = `
-- The hooks of one pace_key, a Zapier user, share one pace. paced_until_ms is when a pace is used up to, at its rate.
alter table hook add column pace_key text;
alter table hook add column paced_until_ms integer not null default 0;

-- How many times in a row the hook has failed. Attempts that began before failed_at_ms were counted with that failure.
alter table hook add column failures integer not null default 0;
alter table hook add column failed_at_ms integer;

-- A farewell that the target did not hear is tried again.
alter table hook add column farewell_at_ms integer not null default 0;
alter table hook add column farewell_attempts integer not null default 0;

create table pace (
  pace_key       text primary key,
  paced_until_ms integer not null
) strict, without rowid;

alter table delivery add column last_sent_at_ms integer;
alter table delivery add column is_manual integer not null default 0;
alter table delivery add column retried_as text;

create index delivery_of_hook on delivery (hook_id, seq);
create index delivery_lost on delivery (hook_id, seq) where state in ('dead', 'dropped');
create index delivery_leased on delivery (lease_until_ms) where lease is not null and state = 'waiting';
create index delivery_settled on delivery (settled_at_ms) where state in ('delivered', 'dropped');
create index delivery_dead on delivery (settled_at_ms) where state = 'dead';
create index event_by_age on event (detected_at_ms) where body is not null;
create index hook_of_target on hook (organization_id, target_hash);
create index hook_ended on hook (ended_at_ms) where ended_at_ms is not null;

-- Work that is there once: who has it, and when it is due.
create table chore (
  name           text primary key,
  due_at_ms      integer not null default 0,
  lease          text,
  lease_until_ms integer
) strict, without rowid;

insert into chore (name) values ('clean-up');
`;
