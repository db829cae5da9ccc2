/** Forward only, and never edited once it was released: what comes later gets a number of its own. */
export const first = `
create table key_check (
  sealed text not null
) strict;

-- One row for each organization that ever had a hook. The key is null while it has none.
create table workspace (
  organization_id      text primary key,
  sealed_key           text,
  key_hash             text,
  key_refused_since_ms integer,
  is_baselined         integer not null default 0,
  is_silent            integer not null default 0,
  listening_since_ms   integer,
  watermark_us         integer,
  watermark_moved_at_ms integer,
  is_settled           integer not null default 0,
  active_at_ms         integer not null,
  poll_at_ms           integer not null,
  failures             integer not null default 0,
  lease                text,
  lease_until_ms       integer
) strict;

create index workspace_due on workspace (poll_at_ms) where sealed_key is not null;

-- A reading of a workspace's tasks that has not ended yet.
create table reading (
  organization_id text primary key references workspace,
  id              text not null,
  kind            text not null,
  is_silent       integer not null,
  started_at_ms   integer not null,
  top_us          integer,
  floor_us        integer,
  rows_read       integer not null,
  cursor          text -- JSON; null before the first page
) strict;

-- Who has each task, as far as it was read.
create table snapshot (
  organization_id  text not null,
  task_id          text not null,
  assignee_user_id text,
  created_at_us    integer not null,
  updated_at_us    integer not null,
  primary key (organization_id, task_id)
) strict, without rowid;

-- A change is written with the page that showed it, and published, with its batch, when the reading ends.
create table event (
  seq                  integer primary key autoincrement,
  id                   text not null unique,
  organization_id      text not null,
  task_id              text not null,
  kind                 text not null,
  source               text not null,
  previous_assignee_id text,
  new_assignee_id      text,
  task_type            text,
  priority             text,
  task                 text not null,
  occurred_at_us       integer not null,
  detected_at_ms       integer not null,
  batch_id             text,
  batch_size           integer
) strict;

create index event_newest on event (organization_id, occurred_at_us, seq) where batch_id is not null;
create index event_unpublished on event (organization_id) where batch_id is null;

create table hook (
  id               text primary key,
  organization_id  text not null,
  target_hash      text not null,
  secret_hash      text not null unique,
  sealed_target    text not null,
  sealed_secret    text not null,
  filters          text not null,
  once_per         text not null,
  created_at_ms    integer not null,
  resume_at_ms     integer not null,
  failing_since_ms integer,
  ended_at_ms      integer,
  ended_reason     text
) strict;

create unique index hook_live_target on hook (organization_id, target_hash) where ended_at_ms is null;
create index hook_of_organization on hook (organization_id);

create table delivery (
  seq             integer primary key autoincrement,
  id              text not null unique,
  organization_id text not null,
  hook_id         text not null references hook,
  event_id        text not null,
  order_key       text not null,
  body            text not null,
  state           text not null default 'waiting' check (state in ('waiting', 'delivered', 'dead', 'dropped')),
  attempts        integer not null default 0,
  first_sent_at_ms integer,
  created_at_ms   integer not null,
  settled_at_ms   integer,
  certainty       text,
  reason          text,
  lease           text,
  lease_until_ms  integer
) strict;

create index delivery_waiting on delivery (hook_id, seq) where state = 'waiting';
create index delivery_order on delivery (hook_id, order_key, seq) where state = 'waiting';
`;
