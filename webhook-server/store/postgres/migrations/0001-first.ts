/** Forward only, and never edited once it was released: what comes later gets a number of its own. */
export const first = `
-- The one clock of all processes. Tests put another in its place.
create function now_ms() returns bigint language sql volatile as
  $$ select floor(extract(epoch from clock_timestamp()) * 1000)::bigint $$;

create table key_check (
  is_only boolean primary key default true check (is_only),
  sealed  text not null
);

-- One row for each organization that ever had a hook. The key is null while it has none. Whoever changes what belongs to
-- a workspace (its snapshot, its events, which of its hooks are live) locks its row first.
create table workspace (
  organization_id       text primary key,
  sealed_key            text,
  key_hash              text,
  key_refused_since_ms  bigint,
  is_baselined          boolean not null default false,
  is_silent             boolean not null default false,
  listening_since_ms    bigint,
  swept_at_ms           bigint,
  watermark_us          bigint,
  watermark_moved_at_ms bigint,
  is_settled            boolean not null default false,
  active_at_ms          bigint not null,
  poll_at_ms            bigint not null,
  look_since_ms         bigint,
  look_until_ms         bigint,
  failures              integer not null default 0,
  requested_at_ms       jsonb not null default '[]', -- when Topo was asked, in the last minute
  lease                 text,
  lease_until_ms        bigint
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

create index workspace_due on workspace (poll_at_ms) where sealed_key is not null;

-- Other keys that came with a hook of the workspace: one takes the place of the key that Topo refuses.
create table spare_key (
  organization_id text not null references workspace,
  key_hash        text not null,
  sealed_key      text not null,
  primary key (organization_id, key_hash)
);

-- A reading of a workspace's tasks that has not ended yet.
create table reading (
  organization_id text not null references workspace,
  kind            text not null,
  id              text not null,
  is_silent       boolean not null,
  started_at_ms   bigint not null,
  top_us          bigint,
  floor_us        bigint,
  rows_read       integer not null,
  total_rows      integer not null,
  cursor          jsonb, -- null before the first page
  primary key (organization_id, kind)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

-- Who has each task, as far as it was read.
create table snapshot (
  organization_id  text not null,
  task_id          text not null,
  sequence_id      text,
  assignee_user_id text,
  created_at_us    bigint not null,
  updated_at_us    bigint not null,
  primary key (organization_id, task_id)
);

-- Everybody who was seen as an assignee, and what the workspace calls them.
create table person (
  organization_id text not null,
  user_id         text not null,
  name            text,
  email           text,
  primary key (organization_id, user_id)
);

-- Which template a sequence run came from, as far as a hook ever asked; null when Topo does not tell.
create table sequence (
  organization_id      text not null,
  sequence_id          text not null,
  sequence_template_id text,
  primary key (organization_id, sequence_id)
);

-- What an action of the integration said that it was about to do.
create table intent (
  id               text primary key,
  organization_id  text not null,
  task_id          text not null,
  sequence_id      text,
  assignee_user_id text not null,
  scope            text not null,
  state            text not null default 'open' check (state in ('open', 'done', 'failed')),
  updated_at_us    bigint,
  created_at_ms    bigint not null,
  settled_at_ms    bigint,
  closed_at_ms     bigint
);

create index intent_standing on intent (organization_id, assignee_user_id) where closed_at_ms is null;
create index intent_by_age on intent (organization_id, created_at_ms);

-- A change is written with the page that showed it. When it is published, with its batch and with who made it, its body
-- takes the place of its task. Both are JSON, kept letter by letter.
create table event (
  seq                  bigint generated always as identity primary key,
  id                   text not null unique,
  organization_id      text not null,
  reading_id           text not null,
  task_id              text not null,
  sequence_id          text,
  sequence_template_id text,
  kind                 text not null,
  source               text,
  intent_id            text,
  previous_assignee_id text,
  new_assignee_id      text,
  task_type            text,
  priority             text,
  task                 text,
  body                 text,
  occurred_at_us       bigint not null,
  detected_at_ms       bigint not null
);

create index event_newest on event (organization_id, occurred_at_us, seq) where body is not null;
create index event_unpublished on event (organization_id, seq) where body is null;
create index event_by_age on event (detected_at_ms) where body is not null;
create index event_of_intent on event (intent_id, task_id) where intent_id is not null;

create table hook (
  seq                bigint generated always as identity,
  id                 text primary key,
  organization_id    text not null,
  target_hash        text not null,
  secret_hash        text not null unique,
  sealed_target      text not null,
  sealed_secret      text not null,
  filters            text not null, -- JSON
  asks_for_templates boolean not null,
  once_per           text not null,
  created_at_ms      bigint not null,
  resume_at_ms       bigint not null,
  -- The hooks of one pace_key, a Zapier user, share one pace. paced_until_ms is when a pace is used up to, at its rate.
  pace_key           text,
  paced_until_ms     bigint not null default 0,
  -- How many times in a row the hook has failed. Attempts that began before failed_at_ms were counted with that failure.
  failures           integer not null default 0,
  failed_at_ms       bigint,
  failing_since_ms   bigint,
  ended_at_ms        bigint,
  ended_reason       text,
  -- A farewell that the target did not hear is tried again.
  farewell           text check (farewell in ('due', 'sent')),
  farewell_at_ms     bigint not null default 0,
  farewell_attempts  integer not null default 0
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

create unique index hook_live_target on hook (organization_id, target_hash) where ended_at_ms is null;
create index hook_of_target on hook (organization_id, target_hash);
create index hook_farewell on hook (farewell_at_ms) where farewell = 'due';
create index hook_ended on hook (ended_at_ms) where ended_at_ms is not null;

create table pace (
  pace_key       text primary key,
  paced_until_ms bigint not null
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);

create table delivery (
  seq              bigint generated always as identity primary key,
  id               text not null unique,
  organization_id  text not null,
  hook_id          text not null references hook,
  event_id         text not null,
  order_key        text not null,
  body             text not null,
  state            text not null default 'waiting' check (state in ('waiting', 'delivered', 'dead', 'dropped')),
  is_manual        boolean not null default false,
  retried_as       text,
  attempts         integer not null default 0,
  first_sent_at_ms bigint,
  last_sent_at_ms  bigint,
  created_at_ms    bigint not null,
  settled_at_ms    bigint,
  certainty        text,
  reason           text,
  lease            text,
  lease_until_ms   bigint
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);

create index delivery_waiting on delivery (hook_id, seq) where state = 'waiting';
create index delivery_order on delivery (hook_id, order_key, seq) where state = 'waiting';
create index delivery_of_hook on delivery (hook_id, seq);
create index delivery_lost on delivery (hook_id, seq) where state in ('dead', 'dropped');
create index delivery_leased on delivery (lease_until_ms) where lease is not null and state = 'waiting';
create index delivery_settled on delivery (settled_at_ms) where state in ('delivered', 'dropped');
create index delivery_dead on delivery (settled_at_ms) where state = 'dead';

-- Work that is there once: who has it, and when it is due.
create table chore (
  name           text primary key,
  due_at_ms      bigint not null default 0,
  lease          text,
  lease_until_ms bigint
);

insert into chore (name) values ('clean-up');
`;
