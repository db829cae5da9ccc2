/** Hooks that decide by template do so on their own, and malformed tasks are counted. */
export const undecided = `
-- Tasks that Topo returns malformed, as far as the last scan of all tasks counted them and later ones saw more.
alter table workspace add column unusable_tasks integer not null default 0;
alter table reading add column rows_unusable integer not null default 0;

-- When Topo was asked for templates in the last minute; these are in requested_at_ms, too.
alter table workspace add column looked_up_at_ms jsonb not null default '[]';

-- A change that a hook may want, once the template of its sequence run is known.
create table undecided (
  seq             bigint generated always as identity primary key,
  organization_id text not null,
  hook_id         text not null references hook,
  event_id        text not null,
  sequence_id     text not null,
  batch_id        text not null,
  change          text not null, -- JSON, kept letter by letter
  detected_at_ms  bigint not null,
  unique (hook_id, event_id)
);

create index undecided_by_age on undecided (organization_id, detected_at_ms);
`;
