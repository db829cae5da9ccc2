/** What a workspace may ask of Topo in a minute outlives the process, and is shared by all of them. */
export const requests = `
-- When Topo was asked in the last minute, as a JSON list.
alter table workspace add column requested_at_ms text not null default '[]';
`;
