/** Workspaces are found by when it is their turn; those whose reading goes on apart from the others. */
export const turns = `
-- A first reading, or a scan of more pages than one poll reads, goes on with the next poll.
alter table workspace add column goes_on boolean not null default true;
update workspace
set goes_on = not is_baselined or exists (
  select 1 from reading where reading.organization_id = workspace.organization_id and kind = 'walk');
-- Counts what was stored of Topo's answers: with the same number the snapshot is the same.
alter table workspace add column records bigint not null default 0;
drop index workspace_due;
create index workspace_turn on workspace (
  goes_on, (case when lease_until_ms > poll_at_ms then lease_until_ms else poll_at_ms end))
  where sealed_key is not null;
`;
