/** How polls ended takes a row for as long as they end alike, not one for each minute. */
export const pollSpans = `
create table poll_span (
  organization_id text not null,
  from_ms         bigint not null, -- the beginning of its first minute
  last_minute_ms  bigint not null, -- the beginning of its last minute
  well            integer not null,
  failed          integer not null,
  limited         integer not null,
  reason          text, -- of the last one that did not go well
  next_at_ms      bigint not null, -- when the poll after the last one was due
  primary key (organization_id, from_ms)
) with (fillfactor = 90);

-- Minutes that tell the same, with no pause between them, on one day, are one span.
insert into poll_span (organization_id, from_ms, last_minute_ms, well, failed, limited, reason, next_at_ms)
select organization_id, min(minute_ms), max(minute_ms), sum(well), sum(failed), sum(limited), max(reason), max(next_at_ms)
from (
  select *, sum(begins) over (partition by organization_id order by minute_ms) as span
  from (
    select *,
      case
        when minute_ms / 86400000 = lag(minute_ms) over minutes / 86400000
          and minute_ms <= lag(next_at_ms) over minutes + 120000
          and reason is not distinct from lag(reason) over minutes
          and (well = 0) = (lag(well) over minutes = 0)
          and (failed = 0) = (lag(failed) over minutes = 0)
          and (limited = 0) = (lag(limited) over minutes = 0)
          and (well = 0 or failed + limited = 0) and (failed = 0 or limited = 0)
        then 0 else 1 end as begins
    from poll_minute
    window minutes as (partition by organization_id order by minute_ms)) as marked) as numbered
group by organization_id, span;

drop table poll_minute;
create index poll_span_by_age on poll_span (from_ms);
`;
