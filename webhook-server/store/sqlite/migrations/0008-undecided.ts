/** What is known of malformed tasks. */
export const undecided = `
-- Tasks that Topo returns malformed, as far as the last scan of all tasks counted them and later ones saw more.
alter table workspace add column unusable_tasks integer not null default 0;
alter table reading add column rows_unusable integer not null default 0;
`;
