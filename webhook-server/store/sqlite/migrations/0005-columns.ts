/** Columns that the store reads in both databases, so that one statement serves both. */
export const columns = `
-- The sequence run of an event that is not published yet, and the template that a published one tells.
alter table event add column sequence_id text;
alter table event add column sequence_template_id text;
update event set sequence_id = json_extract(task, '$.sequence_id') where body is null;
update event set sequence_template_id = json_extract(body, '$.sequence_template_id')
where body is not null and json_extract(body, '$.sequence_template_id') is not null;

-- Whether the filters name sequence templates.
alter table hook add column asks_for_templates integer not null default 0;
update hook set asks_for_templates = 1 where json_extract(filters, '$.sequence_template_ids') is not null;
`;
