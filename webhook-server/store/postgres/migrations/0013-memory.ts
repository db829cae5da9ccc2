/** What the server remembers to explain itself: attempts, how polls ended, and what hooks wanted when. */
export const memory = `
-- The attempts whose outcomes are known, oldest first: JSON lists with commas between them.
alter table delivery add column tries text;
-- What the target answered to the last of them; null where no answer came.
alter table delivery add column status integer;
create index delivery_newest on delivery (organization_id, created_at_ms, seq);
create index delivery_undelivered on delivery (organization_id, created_at_ms, seq) where state <> 'delivered';
create index delivery_refused on delivery (organization_id, status, created_at_ms, seq) where status >= 300;

-- How the polls of a workspace ended that ended in the same minute.
create table poll_minute (
  organization_id text not null,
  minute_ms       bigint not null, -- its beginning
  well            integer not null,
  failed          integer not null,
  limited         integer not null,
  reason          text, -- of the last one that did not go well
  next_at_ms      bigint not null, -- when the poll after the last one was due
  primary key (organization_id, minute_ms)
) with (fillfactor = 90);

create index poll_minute_by_age on poll_minute (minute_ms);

-- What a hook wanted since when.
create table hook_version (
  hook_id  text not null references hook,
  from_ms  bigint not null,
  events   text, -- as in hook
  filters  text not null, -- JSON
  primary key (hook_id, from_ms)
);

insert into hook_version (hook_id, from_ms, events, filters) select id, created_at_ms, events, filters from hook;

-- Which Zap a hook belongs to, where Zapier says so; what a person calls it; and the hook whose place it took.
alter table hook add column zap_id text;
alter table hook add column name text;
alter table hook add column predecessor text;
create index hook_of_zap on hook (organization_id, zap_id, created_at_ms) where zap_id is not null;
create index hook_of_name on hook (organization_id, name, created_at_ms) where name is not null;

-- The history of one person, contact, source or kind of event.
create index event_to on event (organization_id, lower(new_assignee_id), occurred_at_us, seq)
where body is not null and new_assignee_id is not null;
create index event_from on event (organization_id, lower(previous_assignee_id), occurred_at_us, seq)
where body is not null and previous_assignee_id is not null;
create index event_of_sequence on event (organization_id, sequence_id, occurred_at_us, seq)
where body is not null and sequence_id is not null;
create index event_of_source on event (organization_id, source, occurred_at_us, seq) where body is not null;
create index event_of_type on event (organization_id, type, occurred_at_us, seq) where body is not null;
`;
