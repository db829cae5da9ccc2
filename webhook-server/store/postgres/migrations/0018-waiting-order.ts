/**
 * What waits is taken by the index of what waits. In the order of `seq` as it stands PostgreSQL also has the whole table,
 * by its primary key, and prefers that when much was waiting as it last counted: past all that was settled since.
 */
export const waitingOrder = `
drop index delivery_waiting;
create index delivery_waiting on delivery (hook_id, (seq + 0)) where state = 'waiting';
drop index event_unpublished;
create index event_unpublished on event (organization_id, (seq + 0)) where body is null;
`;
