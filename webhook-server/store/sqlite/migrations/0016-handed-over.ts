/** Who handed tasks to whom, hour by hour. */
export const handedOver = `
create table handed_over (
  organization_id text not null,
  hour_ms         integer not null, -- its beginning, by Topo's time
  previous_id     text not null, -- in small letters; '' is nobody
  new_id          text not null, -- in small letters; '' is nobody
  source          text not null, -- 'zapier' or 'topo'
  times           integer not null,
  primary key (organization_id, hour_ms, previous_id, new_id, source)
) strict, without rowid;

create index handed_over_by_age on handed_over (hour_ms);

insert into handed_over (organization_id, hour_ms, previous_id, new_id, source, times)
select organization_id, occurred_at_us / 3600000000 * 3600000, lower(coalesce(previous_assignee_id, '')),
       lower(coalesce(new_assignee_id, '')), source, count(*)
from event
where type = 'task.reassigned' and body is not null
group by 1, 2, 3, 4, 5;
`;
