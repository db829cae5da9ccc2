/** Forward only, and never edited once it was released: what comes later gets a number of its own. */
export const first = `
create table key_check (
  sealed text not null
) strict;

-- One row for each organization that ever had a hook. The key is null while it has none.
create table workspace (
  organization_id       text primary key,
  sealed_key            text,
  key_hash              text,
  key_refused_since_ms  integer,
  is_baselined          integer not null default 0,
  is_silent             integer not null default 0,
  listening_since_ms    integer,
  swept_at_ms           integer,
  watermark_us          integer,
  watermark_moved_at_ms integer,
  is_settled            integer not null default 0,
  active_at_ms          integer not null,
  poll_at_ms            integer not null,
  look_since_ms         integer,
  look_until_ms         integer,
  failures              integer not null default 0,
  lease                 text,
  lease_until_ms        integer
) strict;

create index workspace_due on workspace (poll_at_ms) where sealed_key is not null;

-- Other keys that came with a hook of the workspace: one takes the place of the key that Topo refuses.
create table spare_key (
  organization_id text not null references workspace,
  key_hash        text not null,
  sealed_key      text not null,
  primary key (organization_id, key_hash)
) strict, without rowid;

-- A reading of a workspace's tasks that has not ended yet.
create table reading (
  organization_id text not null references workspace,
  kind            text not null,
  id              text not null,
  is_silent       integer not null,
  started_at_ms   integer not null,
  top_us          integer,
  floor_us        integer,
  rows_read       integer not null,
  total_rows      integer not null,
  cursor          text, -- JSON; null before the first page
  primary key (organization_id, kind)
) strict;

-- Who has each task, as far as it was read.
create table snapshot (
  organization_id  text not null,
  task_id          text not null,
  sequence_id      text,
  assignee_user_id text,
  created_at_us    integer not null,
  updated_at_us    integer not null,
  primary key (organization_id, task_id)
) strict, without rowid;

-- Everybody who was seen as an assignee, and what the workspace calls them.
create table person (
  organization_id text not null,
  user_id         text not null,
  name            text,
  email           text,
  primary key (organization_id, user_id)
) strict, without rowid;

-- Which template a sequence run came from, as far as a hook ever asked; null when Topo does not tell.
create table sequence (
  organization_id      text not null,
  sequence_id          text not null,
  sequence_template_id text,
  primary key (organization_id, sequence_id)
) strict, without rowid;

-- What an action of the integration said that it was about to do.
create table intent (
  id               text primary key,
  organization_id  text not null,
  task_id          text not null,
  sequence_id      text,
  assignee_user_id text not null,
  scope            text not null,
  state            text not null default 'open' check (state in ('open', 'done', 'failed')),
  updated_at_us    integer,
  created_at_ms    integer not null,
  settled_at_ms    integer,
  closed_at_ms     integer
) strict;

create index intent_standing on intent (organization_id, assignee_user_id) where closed_at_ms is null;
create index intent_by_age on intent (organization_id, created_at_ms);

-- A change is written with the page that showed it. When it is published, with its batch and with who made it, its body
-- takes the place of its task.
create table event (
  seq                  integer primary key autoincrement,
  id                   text not null unique,
  organization_id      text not null,
  reading_id           text not null,
  task_id              text not null,
  kind                 text not null,
  source               text,
  intent_id            text,
  previous_assignee_id text,
  new_assignee_id      text,
  task_type            text,
  priority             text,
  task                 text,
  body                 text,
  occurred_at_us       integer not null,
  detected_at_ms       integer not null
) strict;

create index event_newest on event (organization_id, occurred_at_us, seq) where body is not null;
create index event_unpublished on event (organization_id) where body is null;
create index event_of_intent on event (intent_id, task_id) where intent_id is not null;

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
  ended_reason     text,
  farewell         text check (farewell in ('due', 'sent'))
) strict;

create unique index hook_live_target on hook (organization_id, target_hash) where ended_at_ms is null;
create index hook_of_organization on hook (organization_id);
create index hook_farewell on hook (id) where farewell = 'due';

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
