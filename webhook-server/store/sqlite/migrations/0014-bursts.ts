/** What is found together is told in pieces, and what is sent alike is stored once. */
export const bursts = `
-- The changes of one sequence run, or of a task without one, are told together.
create index event_unpublished_run on event (organization_id, coalesce(sequence_id, task_id)) where body is null;
create index event_unpublished_seq on event (organization_id, seq) where body is null;
drop index event_unpublished;

-- The newest hook when a change was found; later ones do not hear of it. Null in rows of an earlier version.
alter table event add column newest_hook integer;

-- What deliveries send, each text once, as long as any of them is kept.
create table sent_body (
  id              text primary key,
  organization_id text not null,
  body            text not null,
  uses            integer not null -- deliveries that send it
) strict;

-- Where it is set, the delivery's own body is empty.
alter table delivery add column body_id text;
`;
