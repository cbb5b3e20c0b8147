-- +goose Up
-- Statistics. Triggers on flow_executions and flow_action_logs append what a
-- statement changes to flow_stat_deltas, in that statement's transaction; the
-- sweeper folds them; whoever reads adds fold and deltas in one statement.
--
-- What is counted is a sum over facts. A fact belongs to one 15-minute bucket
-- of UTC, so that days can be cut in any zone:
--   execution  in the bucket of triggered_at: `started`, and its status once ended
--   action     one row of the ledger, in the bucket of its execution's
--              triggered_at: `entered`, and its outcome once ended; retried
--              when a later attempt at its step is there
--   call       a call with an outcome, in the bucket of its started_at:
--              `answered` or `other`; for all flows together
--   touch      an execution that reached its contact, in the bucket of its
--              triggered_at; slot is the time to the first touch; for all
--              flows together
-- Test runs are counted nowhere. What has no flow has the flow of zeros. None
-- of the tables has a foreign key: statistics outlive flows, and no row is
-- locked for them.
-- What an execution's deletion takes along stays counted when log rows and
-- execution go in one statement.

create table flow_stats (
    tenant_id uuid not null,
    fact text not null,
    bucket timestamptz not null,
    flow_id uuid not null,
    action_type text not null,
    action_order integer not null,
    retried boolean not null,
    outcome text not null,
    slot smallint not null,
    n bigint not null,
    primary key (tenant_id, fact, bucket, flow_id, action_type, action_order, retried, outcome, slot)
);

-- The same by day, in the zone that flow_stat_zones names; call is not in it.
create table flow_stat_days (
    tenant_id uuid not null,
    fact text not null,
    day date not null,
    flow_id uuid not null,
    action_type text not null,
    action_order integer not null,
    retried boolean not null,
    outcome text not null,
    slot smallint not null,
    n bigint not null,
    primary key (tenant_id, fact, day, flow_id, action_type, action_order, retried, outcome, slot)
);
create index flow_stat_days_flow on flow_stat_days (tenant_id, flow_id, day);

-- The zone of a tenant's flow_stat_days. Whoever folds holds the row.
create table flow_stat_zones (
    tenant_id uuid primary key,
    time_zone text not null
);

create table flow_stat_deltas (
    tenant_id uuid not null,
    id bigint generated always as identity,
    fact text not null,
    bucket timestamptz not null,
    flow_id uuid not null,
    action_type text not null,
    action_order integer not null,
    retried boolean not null,
    outcome text not null,
    slot smallint not null,
    n bigint not null,
    primary key (tenant_id, id)
)
-- Rows live for about a minute.
with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000);

-- +goose StatementBegin
do $$
declare t text;
begin
    foreach t in array array['flow_stats', 'flow_stat_days', 'flow_stat_zones', 'flow_stat_deltas'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format('create policy tenant on %I to aef_app using (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)', t);
        execute format('create policy migrator on %I to aef_migrator using (true)', t);
    end loop;
end $$;
-- +goose StatementEnd
grant select, insert, update, delete on flow_stats, flow_stat_days, flow_stat_zones, flow_stat_deltas to aef_app;

-- flow_stat_bucket is the start of the 15 minutes of UTC that hold an instant.
create function flow_stat_bucket(at timestamptz) returns timestamptz language sql immutable
return date_bin(interval '15 minutes', at, timestamptz '2000-01-01 00:00:00+00');

-- flow_stat_slot is where a time to the first touch lies: slot 0 is below one
-- second, slot k from the k-th bound, in seconds, to the next. Up to ten seconds
-- the bounds are whole seconds; from there on each is at most a fifth above
-- the one before. The program has the same list.
create function flow_stat_slot(seconds double precision) returns smallint language sql immutable
return width_bucket(seconds, array[
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 21, 24, 28, 32, 37, 43, 49, 56, 64, 74, 85, 98, 113,
        130, 150, 172, 198, 228, 262, 301, 346, 398, 458, 527, 606, 697, 802, 922, 1060, 1219, 1402, 1612,
        1854, 2132, 2452, 2820, 3243, 3729, 4288, 4931, 5671, 6522, 7500, 8625, 9919, 11407, 13118, 15086,
        17349, 19951, 22944, 26386, 30344, 34896, 40130, 46150, 53072, 61033, 70188, 80716, 92823, 106746,
        122758, 141172, 162348, 186700, 214705, 246911, 283948, 326540, 375521, 431849, 496626, 571120, 656788,
        755306, 868602, 998892, 1148726, 1321035, 1519190, 1747068, 2009128, 2310497, 2657072, 3055633,
        3513978, 4041075, 4647236, 5344321, 6145969, 7067864, 8128044, 9347251, 10749339, 12361740, 14216001,
        16348401, 18800661, 21620760, 24863874, 28593455, 32882473
    ]::double precision[])::smallint;

-- flow_stat_outcome is how a row of the ledger ended; null while it has not.
-- What an execution's cancelling left unended is cancelled.
create function flow_stat_outcome(action_type text, state text, outcome text, detail text, result jsonb, cancelled boolean)
returns text language sql immutable
return case
    when state in ('failed', 'skipped') then state
    when state = 'done' and action_type = 'ai_call' then
        case when outcome = 'answered' then outcome
            when detail in ('no_answer', 'busy', 'voicemail') then detail else 'missed' end
    when state in ('done', 'sent') and action_type = 'wait' then 'waited'
    when state = 'done' then case when result ->> 'status' = 'read' then 'read' else 'delivered' end
    when state = 'sent' and action_type <> 'ai_call' then 'sent'
    when cancelled then 'cancelled'
end;

-- flow_stat_touch is when a row of the ledger reached the contact: a call that
-- was answered or missed, a message that was sent. Null when it did not.
create function flow_stat_touch(action_type text, state text, started_at timestamptz)
returns timestamptz language sql immutable
return case when action_type <> 'wait' and (state = 'done' or state = 'sent' and action_type <> 'ai_call') then started_at end;

-- flow_stat_of_log are the facts that a row of the ledger is.
create function flow_stat_of_log(flow uuid, triggered_at timestamptz, action_type text, step integer, retried boolean,
    outcome text, started_at timestamptz)
returns table (fact text, bucket timestamptz, flow_id uuid, action_type text, action_order integer, retried boolean,
    outcome text, slot smallint)
language sql immutable as $$
    select 'action', flow_stat_bucket($2), coalesce($1, '00000000-0000-0000-0000-000000000000'), $3, $4, $5, 'entered', 0::smallint
    union all
    select 'action', flow_stat_bucket($2), coalesce($1, '00000000-0000-0000-0000-000000000000'), $3, $4, $5, $6, 0::smallint
    where $6 is not null
    union all
    select 'call', flow_stat_bucket($7), '00000000-0000-0000-0000-000000000000', 'ai_call', 0, false,
        case when $6 = 'answered' then 'answered' else 'other' end, 0::smallint
    where $3 = 'ai_call' and $7 is not null and $6 in ('answered', 'no_answer', 'busy', 'voicemail', 'missed', 'failed')
$$;

-- flow_stat_of_execution are the facts that an execution is.
create function flow_stat_of_execution(flow uuid, triggered_at timestamptz, status text)
returns table (fact text, bucket timestamptz, flow_id uuid, action_type text, action_order integer, retried boolean,
    outcome text, slot smallint)
language sql immutable as $$
    select 'execution', flow_stat_bucket($2), coalesce($1, '00000000-0000-0000-0000-000000000000'), '', 0, false, o, 0::smallint
    from (values ('started'), (nullif($3, 'running'))) as outcome (o)
    where o is not null
$$;

-- flow_stat_of_touch is the fact that an execution's first touch is.
create function flow_stat_of_touch(triggered_at timestamptz, touched_at timestamptz)
returns table (fact text, bucket timestamptz, flow_id uuid, action_type text, action_order integer, retried boolean,
    outcome text, slot smallint)
language sql immutable as $$
    select 'touch', flow_stat_bucket($1), '00000000-0000-0000-0000-000000000000'::uuid, '', 0, false, '',
        flow_stat_slot(extract(epoch from $2 - $1)::double precision)
    where $2 is not null
$$;

-- Triggers run once a statement, so that what cancels five thousand executions
-- appends a few rows. Each adds the facts of the rows as they are and takes
-- away those of the rows as they were; what is the same cancels out. One
-- statement may add an attempt or change the one before it, but not both.
-- Old and new rows are not joined to each other: a plan made for one row is kept
-- for thousands.

-- +goose StatementBegin
create function flow_stat_executions_added() returns trigger language plpgsql as $$
begin
    if not exists (select from new_rows) then
        return null;
    end if;
    insert into flow_stat_deltas (tenant_id, fact, bucket, flow_id, action_type, action_order, retried, outcome, slot, n)
    select e.tenant_id, u.fact, u.bucket, u.flow_id, u.action_type, u.action_order, u.retried, u.outcome, u.slot, count(*)
    from new_rows e
    cross join lateral flow_stat_of_execution(e.flow_id, e.triggered_at, e.status) u
    where not e.is_test_run
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9;
    return null;
end $$;
-- +goose StatementEnd

-- +goose StatementBegin
create function flow_stat_executions_changed() returns trigger language plpgsql as $$
begin
    if not exists (
        select n.id, n.status, n.triggered_at, n.flow_id, n.is_test_run from new_rows n
        except select o.id, o.status, o.triggered_at, o.flow_id, o.is_test_run from old_rows o) then
        return null;
    end if;
    insert into flow_stat_deltas (tenant_id, fact, bucket, flow_id, action_type, action_order, retried, outcome, slot, n)
    select u.tenant_id, u.fact, u.bucket, u.flow_id, u.action_type, u.action_order, u.retried, u.outcome, u.slot, sum(u.n)
    from (
        select e.tenant_id, u.*, 1 as n
        from new_rows e cross join lateral flow_stat_of_execution(e.flow_id, e.triggered_at, e.status) u
        where not e.is_test_run
        union all
        select e.tenant_id, u.*, -1
        from old_rows e cross join lateral flow_stat_of_execution(e.flow_id, e.triggered_at, e.status) u
        where not e.is_test_run
        union all
        -- What its cancelling left unended.
        select c.tenant_id, u.*, c.n
        from (
            select n.tenant_id, n.id, n.flow_id, n.triggered_at, 1 as n from new_rows n where n.status = 'cancelled' and not n.is_test_run
            union all
            select o.tenant_id, o.id, o.flow_id, o.triggered_at, -1 from old_rows o where o.status = 'cancelled' and not o.is_test_run) c
        join flow_action_logs l on l.tenant_id = c.tenant_id and l.execution_id = c.id
        cross join lateral flow_stat_of_log(c.flow_id, c.triggered_at, l.action_type, l.step,
            exists (select from flow_action_logs x where x.execution_id = l.execution_id and x.step = l.step and x.attempt > l.attempt),
            'cancelled', null) u
        where u.outcome = 'cancelled'
            and flow_stat_outcome(l.action_type, l.state, l.outcome, l.detail, l.result_data, true) = 'cancelled') u
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
    having sum(u.n) <> 0;
    return null;
end $$;
-- +goose StatementEnd

-- +goose StatementBegin
create function flow_stat_logs_added() returns trigger language plpgsql as $$
begin
    if not exists (select from new_rows) then
        return null;
    end if;
    insert into flow_stat_deltas (tenant_id, fact, bucket, flow_id, action_type, action_order, retried, outcome, slot, n)
    select u.tenant_id, u.fact, u.bucket, u.flow_id, u.action_type, u.action_order, u.retried, u.outcome, u.slot, sum(u.n)
    from (
        select c.tenant_id, u.*, c.n
        from (
            select r.*, 1 as n, exists (select from flow_action_logs x
                where x.execution_id = r.execution_id and x.step = r.step and x.attempt > r.attempt) as retried
            from new_rows r
            union all
            -- The attempt before is now one that was retried.
            select p.*, m.n, m.n = 1
            from new_rows r
            cross join lateral (
                select l.* from flow_action_logs l
                where l.execution_id = r.execution_id and l.step = r.step and l.attempt < r.attempt
                order by l.attempt desc limit 1) p
            cross join (values (1), (-1)) as m (n)
            where r.attempt > 1 and not exists (select from new_rows x where x.id = p.id)
                and not exists (select from flow_action_logs x
                    where x.execution_id = r.execution_id and x.step = r.step and x.attempt > r.attempt
                        and not exists (select from new_rows y where y.id = x.id))) c
        join flow_executions e on e.tenant_id = c.tenant_id and e.id = c.execution_id
        cross join lateral flow_stat_of_log(e.flow_id, e.triggered_at, c.action_type, c.step, c.retried,
            flow_stat_outcome(c.action_type, c.state, c.outcome, c.detail, c.result_data, e.status = 'cancelled'), c.started_at) u
        where not e.is_test_run
        union all
        select e.tenant_id, u.*, m.n
        from (
            select l.execution_id, min(flow_stat_touch(l.action_type, l.state, l.started_at)) as now_at,
                min(flow_stat_touch(l.action_type, l.state, l.started_at)) filter (where r.id is null) as was_at
            from flow_action_logs l
            left join new_rows r on r.id = l.id
            where l.execution_id in (
                select x.execution_id from new_rows x where flow_stat_touch(x.action_type, x.state, x.started_at) is not null)
            group by l.execution_id) first
        join flow_executions e on e.id = first.execution_id
        cross join lateral (values (1, first.now_at), (-1, first.was_at)) as m (n, at)
        cross join lateral flow_stat_of_touch(e.triggered_at, m.at) u
        where not e.is_test_run) u
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
    having sum(u.n) <> 0;
    return null;
end $$;
-- +goose StatementEnd

-- +goose StatementBegin
create function flow_stat_logs_changed() returns trigger language plpgsql as $$
begin
    if not exists (
        select n.id, n.state, n.outcome, n.detail, n.started_at, n.result_data ->> 'status' from new_rows n
        except select o.id, o.state, o.outcome, o.detail, o.started_at, o.result_data ->> 'status' from old_rows o) then
        return null;
    end if;
    insert into flow_stat_deltas (tenant_id, fact, bucket, flow_id, action_type, action_order, retried, outcome, slot, n)
    select u.tenant_id, u.fact, u.bucket, u.flow_id, u.action_type, u.action_order, u.retried, u.outcome, u.slot, sum(u.n)
    from (
        select c.tenant_id, u.*, c.n
        from (select r.*, 1 as n from new_rows r union all select r.*, -1 from old_rows r) c
        join flow_executions e on e.tenant_id = c.tenant_id and e.id = c.execution_id
        cross join lateral flow_stat_of_log(e.flow_id, e.triggered_at, c.action_type, c.step,
            exists (select from flow_action_logs x where x.execution_id = c.execution_id and x.step = c.step and x.attempt > c.attempt),
            flow_stat_outcome(c.action_type, c.state, c.outcome, c.detail, c.result_data, e.status = 'cancelled'), c.started_at) u
        where not e.is_test_run
        union all
        select e.tenant_id, u.*, m.n
        from (
            select l.execution_id, min(flow_stat_touch(l.action_type, l.state, l.started_at)) as now_at,
                min(case when o.id is null then flow_stat_touch(l.action_type, l.state, l.started_at)
                    else flow_stat_touch(o.action_type, o.state, o.started_at) end) as was_at
            from flow_action_logs l
            left join old_rows o on o.id = l.id
            where l.execution_id in (
                select x.execution_id from (
                    select n.execution_id, n.id, flow_stat_touch(n.action_type, n.state, n.started_at) from new_rows n
                    except select o.execution_id, o.id, flow_stat_touch(o.action_type, o.state, o.started_at) from old_rows o) x)
            group by l.execution_id) first
        join flow_executions e on e.id = first.execution_id
        cross join lateral (values (1, first.now_at), (-1, first.was_at)) as m (n, at)
        cross join lateral flow_stat_of_touch(e.triggered_at, m.at) u
        where not e.is_test_run) u
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
    having sum(u.n) <> 0;
    return null;
end $$;
-- +goose StatementEnd

-- +goose StatementBegin
create function flow_stat_logs_deleted() returns trigger language plpgsql as $$
begin
    if not exists (select from old_rows) then
        return null;
    end if;
    insert into flow_stat_deltas (tenant_id, fact, bucket, flow_id, action_type, action_order, retried, outcome, slot, n)
    select u.tenant_id, u.fact, u.bucket, u.flow_id, u.action_type, u.action_order, u.retried, u.outcome, u.slot, sum(u.n)
    from (
        select c.tenant_id, u.*, c.n
        from (
            select r.*, -1 as n, exists (select from flow_action_logs x
                    where x.execution_id = r.execution_id and x.step = r.step and x.attempt > r.attempt)
                or exists (select from old_rows x
                    where x.execution_id = r.execution_id and x.step = r.step and x.attempt > r.attempt) as retried
            from old_rows r
            union all
            -- The attempt before is the step's last again.
            select p.*, m.n, m.n = -1
            from (select distinct r.execution_id, r.step from old_rows r) r
            cross join lateral (
                select l.* from flow_action_logs l
                where l.execution_id = r.execution_id and l.step = r.step
                order by l.attempt desc limit 1) p
            cross join (values (1), (-1)) as m (n)
            where exists (select from old_rows x
                where x.execution_id = p.execution_id and x.step = p.step and x.attempt > p.attempt)) c
        join flow_executions e on e.tenant_id = c.tenant_id and e.id = c.execution_id
        cross join lateral flow_stat_of_log(e.flow_id, e.triggered_at, c.action_type, c.step, c.retried,
            flow_stat_outcome(c.action_type, c.state, c.outcome, c.detail, c.result_data, e.status = 'cancelled'), c.started_at) u
        where not e.is_test_run
        union all
        select e.tenant_id, u.*, m.n
        from (
            select l.execution_id, min(l.at) filter (where l.there) as now_at, min(l.at) as was_at
            from (
                select x.execution_id, flow_stat_touch(x.action_type, x.state, x.started_at) as at, true as there
                from flow_action_logs x where x.execution_id in (select o.execution_id from old_rows o)
                union all
                select o.execution_id, flow_stat_touch(o.action_type, o.state, o.started_at), false from old_rows o) l
            group by l.execution_id) first
        join flow_executions e on e.id = first.execution_id
        cross join lateral (values (1, first.now_at), (-1, first.was_at)) as m (n, at)
        cross join lateral flow_stat_of_touch(e.triggered_at, m.at) u
        where not e.is_test_run) u
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
    having sum(u.n) <> 0;
    return null;
end $$;
-- +goose StatementEnd

-- Creating them keeps writers out until all that is there has been counted.
create trigger flow_stat_added after insert on flow_executions
    referencing new table as new_rows for each statement execute function flow_stat_executions_added();
create trigger flow_stat_changed after update on flow_executions
    referencing old table as old_rows new table as new_rows for each statement execute function flow_stat_executions_changed();
create trigger flow_stat_added after insert on flow_action_logs
    referencing new table as new_rows for each statement execute function flow_stat_logs_added();
create trigger flow_stat_changed after update on flow_action_logs
    referencing old table as old_rows new table as new_rows for each statement execute function flow_stat_logs_changed();
create trigger flow_stat_deleted after delete on flow_action_logs
    referencing old table as old_rows for each statement execute function flow_stat_logs_deleted();

insert into flow_stats (tenant_id, fact, bucket, flow_id, action_type, action_order, retried, outcome, slot, n)
select u.tenant_id, u.fact, u.bucket, u.flow_id, u.action_type, u.action_order, u.retried, u.outcome, u.slot, count(*)
from (
    select e.tenant_id, u.*
    from flow_executions e cross join lateral flow_stat_of_execution(e.flow_id, e.triggered_at, e.status) u
    where not e.is_test_run
    union all
    select e.tenant_id, u.*
    from (select l.*, lead(l.id) over (partition by l.execution_id, l.step order by l.attempt) is not null as retried
        from flow_action_logs l) l
    join flow_executions e on e.tenant_id = l.tenant_id and e.id = l.execution_id
    cross join lateral flow_stat_of_log(e.flow_id, e.triggered_at, l.action_type, l.step, l.retried,
        flow_stat_outcome(l.action_type, l.state, l.outcome, l.detail, l.result_data, e.status = 'cancelled'), l.started_at) u
    where not e.is_test_run
    union all
    select e.tenant_id, u.*
    from (select l.execution_id, min(flow_stat_touch(l.action_type, l.state, l.started_at)) as at
        from flow_action_logs l group by l.execution_id) first
    join flow_executions e on e.id = first.execution_id
    cross join lateral flow_stat_of_touch(e.triggered_at, first.at) u
    where not e.is_test_run) u
group by 1, 2, 3, 4, 5, 6, 7, 8, 9;

-- +goose StatementBegin
do $$
begin
    if exists (select from flow_executions where not is_test_run) and not exists (select from flow_stats) then
        raise exception 'executions are there, and none was counted';
    end if;
end $$;
-- +goose StatementEnd

-- The standing duty to fold a tenant's deltas comes with the tenant.
-- +goose StatementBegin
create function flow_stat_tenant_added() returns trigger language plpgsql as $$
begin
    insert into due_work (kind, ref, tenant_id, due_at) values ('stats', new.id::text, new.id, now() + interval '1 minute')
    on conflict (kind, ref) do nothing;
    return null;
end $$;
-- +goose StatementEnd
create trigger flow_stat_duty after insert on tenants for each row execute function flow_stat_tenant_added();
insert into due_work (kind, ref, tenant_id, due_at)
select 'stats', id::text, id, now() from tenants
on conflict (kind, ref) do nothing;
