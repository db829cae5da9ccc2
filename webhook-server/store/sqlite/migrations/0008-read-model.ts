/** The snapshot holds each task, and what it is about, so that steps are answered from here. */
export const readModel = `
-- The task as Topo last showed it. Null: it was not read since this column exists, or it has been closed for long.
alter table snapshot add column task text; -- JSON
-- What lists are narrowed by, from the task.
alter table snapshot add column task_type text;
alter table snapshot add column priority text;
alter table snapshot add column status text;
-- Null: not known yet.
alter table snapshot add column is_open integer;
-- The number of the last reading of all tasks that was under way, or over, when this task was met.
alter table snapshot add column reading integer not null default 0;

create index snapshot_newest on snapshot (organization_id, created_at_us, task_id);
create index snapshot_open on snapshot (organization_id, created_at_us, task_id) where is_open;
-- Statuses that Topo's documentation does not name.
create index snapshot_odd on snapshot (organization_id, status)
where is_open and status is not null and status not in ('PENDING', 'IN_PROGRESS');
create index snapshot_of_sequence on snapshot (organization_id, sequence_id) where sequence_id is not null;
create index snapshot_closed on snapshot (updated_at_us) where not is_open and task is not null;

-- How many readings of all tasks have begun.
alter table workspace add column readings integer not null default 0;
-- A reading of all tasks that kept each task has ended.
alter table workspace add column is_complete integer not null default 0;
-- How old the snapshot is: when the last complete look at Topo began.
alter table workspace add column read_at_ms integer;
-- When a step last asked, or the last hook ended: the workspace is watched for a day from then on.
alter table workspace add column asked_at_ms integer;
-- Since when it is not watched any more; what is known of it goes with the retention.
alter table workspace add column unwatched_since_ms integer;
create index workspace_unwatched on workspace (unwatched_since_ms) where unwatched_since_ms is not null;
-- What each key may do, as a JSON list; null when nobody noted it. A hook has those of the key that subscribed it.
alter table workspace add column scopes text;
alter table spare_key add column scopes text;
alter table hook add column scopes text;

-- Which of the workspace's readings this is; 0 when it began before each task was kept.
alter table reading add column number integer not null default 0;

-- What a sequence run is about. A row without fetched_at_ms is wanted; one with 0 has its template alone.
alter table sequence add column contact_id text;
alter table sequence add column wanted_at_ms integer not null default 0;
alter table sequence add column fetched_at_ms integer;
-- When an event last told of it: it is kept as long as the event.
alter table sequence add column told_at_ms integer not null default 0;
-- When it was last seen that something refers to it.
alter table sequence add column checked_at_ms integer not null default 0;
update sequence set fetched_at_ms = 0;
create index sequence_checked on sequence (checked_at_ms);
create index sequence_wanted on sequence (organization_id, wanted_at_ms) where fetched_at_ms is null;
create index sequence_fetched on sequence (organization_id, fetched_at_ms) where fetched_at_ms is not null;
create index sequence_of_contact on sequence (organization_id, contact_id);
create index sequence_of_template on sequence (organization_id, sequence_template_id);

-- \`search\` and \`email_key\` are what a search compares.
create table contact (
  organization_id text not null,
  contact_id      text not null,
  name            text,
  email           text,
  company         text,
  job_title       text,
  email_key       text,
  search          text not null default '',
  wanted_at_ms    integer not null,
  fetched_at_ms   integer,
  checked_at_ms   integer not null default 0,
  primary key (organization_id, contact_id)
) strict, without rowid;

create index contact_checked on contact (checked_at_ms);
create index contact_by_email on contact (organization_id, email_key);
create index contact_wanted on contact (organization_id, wanted_at_ms) where fetched_at_ms is null;
create index contact_fetched on contact (organization_id, fetched_at_ms) where fetched_at_ms is not null;

create table template (
  organization_id text not null,
  template_id     text not null,
  name            text,
  search          text not null default '',
  wanted_at_ms    integer not null,
  fetched_at_ms   integer,
  checked_at_ms   integer not null default 0,
  primary key (organization_id, template_id)
) strict, without rowid;

create index template_checked on template (checked_at_ms);
create index template_wanted on template (organization_id, wanted_at_ms) where fetched_at_ms is null;
create index template_fetched on template (organization_id, fetched_at_ms) where fetched_at_ms is not null;

-- A list of Topo's that is read page by page because much of it is wanted.
create table fact_list (
  organization_id text not null references workspace,
  kind            text not null check (kind in ('sequence', 'contact', 'template')),
  next_page       integer, -- null when it has ended
  pages           integer not null,
  started_at_ms   integer not null,
  -- Not before this: Topo has no such list, or it failed.
  rests_until_ms  integer not null default 0,
  primary key (organization_id, kind)
) strict, without rowid;
`;
