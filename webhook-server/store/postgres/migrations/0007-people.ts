/** A person may have more addresses than one, and may be away; whether a task ever showed them is kept. */
export const people = `
alter table person add column aliases text; -- a JSON list; null when there are none
alter table person add column away_until_ms bigint;
-- Whether a task has shown this id. Whoever is not named stands here for no other reason.
alter table person add column is_seen boolean not null default false;
update person set is_seen = true
where (name is null and email is null) or (organization_id, user_id) in (
  select organization_id, lower(assignee_user_id) from snapshot where assignee_user_id is not null);
`;
