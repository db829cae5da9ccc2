/** Events tell more than reassignments: what was created, closed and reopened. */
export const eventTypes = `
alter table event add column type text not null default 'task.reassigned';
-- What a task that was closed came to.
alter table event add column outcome text;
alter table event add column disposition text;
alter table hook add column events text; -- a JSON list; null is reassignments only
-- Tasks that were created after this, by Topo's time, are new to whoever listens; null while nobody does.
alter table workspace add column told_from_us integer;
update workspace set told_from_us = coalesce(watermark_us, 0) where listening_since_ms is not null;
`;
