/** Hand-overs are counted by the template of their sequence run, too. */
export const handedOverByTemplate = `
alter table handed_over rename to handed_over_before;
alter table handed_over_before rename constraint handed_over_pkey to handed_over_before_pkey;
drop index handed_over_by_age;

create table handed_over (
  organization_id text not null,
  hour_ms         bigint not null, -- its beginning, by Topo's time
  previous_id     text not null, -- in small letters; '' is nobody
  new_id          text not null, -- in small letters; '' is nobody
  source          text not null, -- 'zapier' or 'topo'
  template_id     text not null, -- in small letters; '' is none, or one that was not known
  times           integer not null,
  primary key (organization_id, hour_ms, previous_id, new_id, source, template_id)
) with (fillfactor = 90);

create index handed_over_by_age on handed_over (hour_ms);

insert into handed_over (organization_id, hour_ms, previous_id, new_id, source, template_id, times)
select organization_id, occurred_at_us / 3600000000 * 3600000, lower(coalesce(previous_assignee_id, '')),
       lower(coalesce(new_assignee_id, '')), source, lower(coalesce(sequence_template_id, '')), count(*)
from event
where type = 'task.reassigned' and body is not null
group by 1, 2, 3, 4, 5, 6;

-- What was counted and is not kept as an event any more.
insert into handed_over (organization_id, hour_ms, previous_id, new_id, source, template_id, times)
select counted.organization_id, counted.hour_ms, counted.previous_id, counted.new_id, counted.source, '',
       counted.times - counted.kept
from (
  select before.*, coalesce((
    select sum(times) from handed_over
    where handed_over.organization_id = before.organization_id and handed_over.hour_ms = before.hour_ms
      and handed_over.previous_id = before.previous_id and handed_over.new_id = before.new_id
      and handed_over.source = before.source), 0) as kept
  from handed_over_before as before) as counted
where counted.times > counted.kept
on conflict (organization_id, hour_ms, previous_id, new_id, source, template_id) do update
set times = handed_over.times + excluded.times;

drop table handed_over_before;
`;
