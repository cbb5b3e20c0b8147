-- Statistics (migrations/00003_statistics.sql says what a fact is). Days and
-- hours are cut by the program's zone database: zone_starts are the instants
-- from which a zone has the offset, in seconds, at the same place of
-- zone_offsets; the first is not after any bucket asked for.

-- name: ReadStats :many
-- Sums of a stretch of days: one row for each flow and fact, apart for the
-- days before and from split on (late), and one for each day and outcome
-- (daily, which has neither flow nor action). Fold and deltas are added in this
-- one statement: the fold moves rows from one to the other.
with folded as (
    select exists (
        select from flow_stat_zones z
        where z.tenant_id = sqlc.arg(tenant_id) and z.time_zone = sqlc.arg(time_zone)::text) as by_day),
facts as (
    select d.day, d.flow_id, d.fact, d.action_type, d.action_order, d.retried, d.outcome, d.slot, d.n
    from flow_stat_days d
    where d.tenant_id = sqlc.arg(tenant_id) and d.fact = any (sqlc.arg(facts)::text[])
        and d.day >= sqlc.arg(first_day)::date and d.day < sqlc.arg(first_day)::date + sqlc.arg(days)::integer
        and (sqlc.narg(flow_id)::uuid is null or d.flow_id = sqlc.narg(flow_id))
        and (select by_day from folded)
    union all
    select (timezone('UTC', s.bucket) + make_interval(secs => (sqlc.arg(zone_offsets)::integer[])[
            width_bucket(s.bucket, sqlc.arg(zone_starts)::timestamptz[])]))::date,
        s.flow_id, s.fact, s.action_type, s.action_order, s.retried, s.outcome, s.slot, s.n
    from flow_stats s
    where s.tenant_id = sqlc.arg(tenant_id) and s.fact = any (sqlc.arg(facts)::text[])
        and s.bucket >= sqlc.arg(from_at)::timestamptz and s.bucket < sqlc.arg(to_at)::timestamptz
        and (sqlc.narg(flow_id)::uuid is null or s.flow_id = sqlc.narg(flow_id))
        and not (select by_day from folded)
    union all
    select (timezone('UTC', s.bucket) + make_interval(secs => (sqlc.arg(zone_offsets)::integer[])[
            width_bucket(s.bucket, sqlc.arg(zone_starts)::timestamptz[])]))::date,
        s.flow_id, s.fact, s.action_type, s.action_order, s.retried, s.outcome, s.slot, s.n
    from flow_stat_deltas s
    where s.tenant_id = sqlc.arg(tenant_id) and s.fact = any (sqlc.arg(facts)::text[])
        and s.bucket >= sqlc.arg(from_at)::timestamptz and s.bucket < sqlc.arg(to_at)::timestamptz
        and (sqlc.narg(flow_id)::uuid is null or s.flow_id = sqlc.narg(flow_id))),
counted as (
    select f.*, f.day - sqlc.arg(first_day)::date as day_no,
        f.day - sqlc.arg(first_day)::date >= sqlc.arg(split)::integer as late
    from facts f)
select (grouping(c.day_no) = 0)::boolean as daily, coalesce(c.day_no, 0)::integer as day_no,
    coalesce(c.late, false)::boolean as late, c.fact,
    coalesce(c.flow_id, '00000000-0000-0000-0000-000000000000')::uuid as flow_id,
    coalesce(c.action_type, '')::text as action_type, coalesce(c.action_order, 0)::integer as action_order,
    coalesce(c.retried, false)::boolean as retried, c.outcome, coalesce(c.slot, 0)::integer as slot, sum(c.n)::bigint as n
from counted c
group by grouping sets (
    (c.fact, c.late, c.flow_id, c.action_type, c.action_order, c.retried, c.outcome, c.slot),
    (c.fact, c.day_no, c.outcome))
having sum(c.n) <> 0
order by daily, day_no, c.fact, late, flow_id, action_order, action_type, retried, c.outcome, slot;

-- name: ReadFlowDays :many
-- How many executions of each flow were started on each of a stretch of days.
with folded as (
    select exists (
        select from flow_stat_zones z
        where z.tenant_id = sqlc.arg(tenant_id) and z.time_zone = sqlc.arg(time_zone)::text) as by_day),
facts as (
    select d.day, d.flow_id, d.n
    from flow_stat_days d
    where d.tenant_id = sqlc.arg(tenant_id) and d.fact = 'execution' and d.outcome = 'started'
        and d.day >= sqlc.arg(first_day)::date and d.day < sqlc.arg(first_day)::date + sqlc.arg(days)::integer
        and (select by_day from folded)
    union all
    select (timezone('UTC', s.bucket) + make_interval(secs => (sqlc.arg(zone_offsets)::integer[])[
            width_bucket(s.bucket, sqlc.arg(zone_starts)::timestamptz[])]))::date, s.flow_id, s.n
    from flow_stats s
    where s.tenant_id = sqlc.arg(tenant_id) and s.fact = 'execution' and s.outcome = 'started'
        and s.bucket >= sqlc.arg(from_at)::timestamptz and s.bucket < sqlc.arg(to_at)::timestamptz
        and not (select by_day from folded)
    union all
    select (timezone('UTC', s.bucket) + make_interval(secs => (sqlc.arg(zone_offsets)::integer[])[
            width_bucket(s.bucket, sqlc.arg(zone_starts)::timestamptz[])]))::date, s.flow_id, s.n
    from flow_stat_deltas s
    where s.tenant_id = sqlc.arg(tenant_id) and s.fact = 'execution' and s.outcome = 'started'
        and s.bucket >= sqlc.arg(from_at)::timestamptz and s.bucket < sqlc.arg(to_at)::timestamptz)
select f.flow_id, (f.day - sqlc.arg(first_day)::date)::integer as day_no, sum(f.n)::bigint as n
from facts f
group by f.flow_id, f.day
having sum(f.n) <> 0
order by f.flow_id, f.day;

-- name: ReadCallHours :many
-- Calls by weekday (1 Monday to 7 Sunday) and hour of the zone at which they
-- were started, and whether they were answered.
with facts as (
    select s.bucket, s.outcome, s.n from flow_stats s
    where s.tenant_id = sqlc.arg(tenant_id) and s.fact = 'call'
        and s.bucket >= sqlc.arg(from_at)::timestamptz and s.bucket < sqlc.arg(to_at)::timestamptz
    union all
    select s.bucket, s.outcome, s.n from flow_stat_deltas s
    where s.tenant_id = sqlc.arg(tenant_id) and s.fact = 'call'
        and s.bucket >= sqlc.arg(from_at)::timestamptz and s.bucket < sqlc.arg(to_at)::timestamptz),
local as (
    select timezone('UTC', f.bucket) + make_interval(secs => (sqlc.arg(zone_offsets)::integer[])[
        width_bucket(f.bucket, sqlc.arg(zone_starts)::timestamptz[])]) as at, f.outcome, f.n
    from facts f)
select extract(isodow from l.at)::integer as weekday, extract(hour from l.at)::integer as hour,
    sum(l.n)::bigint as calls, coalesce(sum(l.n) filter (where l.outcome = 'answered'), 0)::bigint as answered
from local l
group by 1, 2
having sum(l.n) <> 0
order by 1, 2;

-- name: ListFlowStandings :many
-- Flows by priority, with the instant of each one's last execution that was no
-- test run.
select f.id, f.name, f.priority, f.is_enabled, last.triggered_at as last_execution
from auto_engagement_flows f
left join lateral (
    select e.triggered_at from flow_executions e
    where e.tenant_id = f.tenant_id and e.flow_id = f.id and not e.is_test_run
    order by e.triggered_at desc, e.id desc
    limit 1) last on true
where f.tenant_id = sqlc.arg(tenant_id) and (sqlc.narg(flow_id)::uuid is null or f.id = sqlc.narg(flow_id))
order by f.priority;

-- name: LastDefinition :many
-- A flow as its newest version says, also of one that is gone.
select v.definition from flow_versions v
where v.tenant_id = $1 and v.flow_id = $2
order by v.version desc
limit 1;

-- name: HoldStats :many
-- Makes the tenant's one folder wait for another. It must be a statement of
-- its own: those that follow have a younger snapshot. No row: no such tenant.
insert into flow_stat_zones (tenant_id, time_zone)
select t.id, '' from tenants t where t.id = $1
on conflict (tenant_id) do update set time_zone = flow_stat_zones.time_zone
returning time_zone;

-- name: StatsToFold :one
-- The tenant's zone, and the buckets between which its deltas, and all of its
-- statistics, lie.
select t.time_zone,
    (select min(d.bucket) from flow_stat_deltas d where d.tenant_id = t.id)::timestamptz as first_delta,
    (select max(d.bucket) from flow_stat_deltas d where d.tenant_id = t.id)::timestamptz as last_delta,
    (select min(b.bucket) from unnest(array['execution', 'action', 'touch']) as f (fact) cross join lateral (
        select s.bucket from flow_stats s where s.tenant_id = t.id and s.fact = f.fact order by s.bucket limit 1) b)::timestamptz as first_stat,
    (select max(b.bucket) from unnest(array['execution', 'action', 'touch']) as f (fact) cross join lateral (
        select s.bucket from flow_stats s where s.tenant_id = t.id and s.fact = f.fact order by s.bucket desc limit 1) b)::timestamptz as last_stat
from tenants t
where t.id = $1;

-- name: FoldStats :one
-- Moves the oldest deltas into the buckets and, where by_day, into the days.
-- Deltas outside of the span whose offsets are known are left to the next fold.
with old as (
    select d.id from flow_stat_deltas d
    where d.tenant_id = sqlc.arg(tenant_id)
        and d.bucket >= sqlc.arg(from_at)::timestamptz and d.bucket <= sqlc.arg(to_at)::timestamptz
    order by d.id
    limit sqlc.arg(most)),
taken as (
    delete from flow_stat_deltas d using old where d.tenant_id = sqlc.arg(tenant_id) and d.id = old.id
    returning d.fact, d.bucket, d.flow_id, d.action_type, d.action_order, d.retried, d.outcome, d.slot, d.n),
buckets as (
    insert into flow_stats (tenant_id, fact, bucket, flow_id, action_type, action_order, retried, outcome, slot, n)
    select sqlc.arg(tenant_id), t.fact, t.bucket, t.flow_id, t.action_type, t.action_order, t.retried, t.outcome, t.slot, sum(t.n)
    from taken t
    group by t.fact, t.bucket, t.flow_id, t.action_type, t.action_order, t.retried, t.outcome, t.slot
    having sum(t.n) <> 0
    on conflict (tenant_id, fact, bucket, flow_id, action_type, action_order, retried, outcome, slot)
    do update set n = flow_stats.n + excluded.n),
days as (
    insert into flow_stat_days (tenant_id, fact, day, flow_id, action_type, action_order, retried, outcome, slot, n)
    select sqlc.arg(tenant_id), t.fact,
        (timezone('UTC', t.bucket) + make_interval(secs => (sqlc.arg(zone_offsets)::integer[])[
            width_bucket(t.bucket, sqlc.arg(zone_starts)::timestamptz[])]))::date as day,
        t.flow_id, t.action_type, t.action_order, t.retried, t.outcome, t.slot, sum(t.n)
    from taken t
    where t.fact <> 'call' and sqlc.arg(by_day)::boolean
    group by t.fact, day, t.flow_id, t.action_type, t.action_order, t.retried, t.outcome, t.slot
    having sum(t.n) <> 0
    on conflict (tenant_id, fact, day, flow_id, action_type, action_order, retried, outcome, slot)
    do update set n = flow_stat_days.n + excluded.n)
select count(*) from taken;

-- name: DropStatDays :exec
delete from flow_stat_days where tenant_id = $1;

-- name: MakeStatDays :exec
-- Cuts the days anew; a statement after the one that folded and the one that
-- dropped them.
insert into flow_stat_days (tenant_id, fact, day, flow_id, action_type, action_order, retried, outcome, slot, n)
select s.tenant_id, s.fact,
    (timezone('UTC', s.bucket) + make_interval(secs => (sqlc.arg(zone_offsets)::integer[])[
        width_bucket(s.bucket, sqlc.arg(zone_starts)::timestamptz[])]))::date as day,
    s.flow_id, s.action_type, s.action_order, s.retried, s.outcome, s.slot, sum(s.n)
from flow_stats s
where s.tenant_id = sqlc.arg(tenant_id) and s.fact <> 'call'
group by s.tenant_id, s.fact, day, s.flow_id, s.action_type, s.action_order, s.retried, s.outcome, s.slot
having sum(s.n) <> 0;

-- name: SetStatZone :exec
update flow_stat_zones set time_zone = sqlc.arg(time_zone) where tenant_id = sqlc.arg(tenant_id);
