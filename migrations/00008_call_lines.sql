-- +goose Up
-- Call lines: who waits for one, who was given one, who uses one. Like due_work
-- these tables have no row-level security, since lines are given out across
-- tenants, and they hold nothing personal. All instants are real.
--
-- Lock order within a transaction that may give lines out: the execution, its
-- log rows, the lock of all lines (lock_lines), call_lines, due_work. Giving a
-- line out writes due work, so whoever else holds due work of a call must hold
-- the lock of all lines by then.
create table call_lines (
    -- The attempt (flow_action_logs.id) that calls.
    call uuid primary key,
    execution_id uuid not null,
    tenant_id uuid not null,
    -- The tenant's call_concurrency, kept equal by a trigger.
    tenant_limit integer not null check (tenant_limit > 0),
    state text not null check (state in ('waiting', 'assigned', 'live')),
    -- The place in the queue; a line given and not used costs the place.
    queued_at timestamptz not null,
    -- When the call first asked for a line.
    entered_at timestamptz not null,
    -- A waiting call is given no line before this instant.
    not_before timestamptz not null,
    -- Assigned: until when it must be used. Live: by when the provider must
    -- have said that the call is alive, or be asked.
    lease_until timestamptz,
    check ((state = 'waiting') = (lease_until is null))
);
create index call_lines_execution on call_lines (execution_id) where state <> 'live';
create index call_lines_waiting on call_lines (tenant_id, queued_at, call) where state = 'waiting';
create index call_lines_taken on call_lines (tenant_id) where state <> 'waiting';
create index call_lines_assigned on call_lines (lease_until) where state = 'assigned';

-- Whose turn it is: the tenant that was given a line longest ago.
create sequence call_turn;
create table call_turns (
    tenant_id uuid primary key,
    turn bigint not null
);

grant select, insert, update, delete on call_lines, call_turns to aef_app;
grant usage on sequence call_turn to aef_app;

-- +goose StatementBegin
create function lock_lines() returns void language sql as $$
    select pg_advisory_xact_lock(7253, 1)
$$;

-- assign_lines gives free lines to waiting calls and returns those: at most
-- most_lines live and assigned in all and a tenant's limit for that tenant,
-- first in first out within a tenant, tenants in turn. Each is due to be told
-- (due_work token). A line that was given and not used for 60 s goes back
-- first. It is the last statement of its transaction, or nearly, and holds the
-- lock of all lines until the end of it.
create function assign_lines(at timestamptz, most_lines integer) returns table (call uuid, tenant_id uuid)
language plpgsql as $$
#variable_conflict use_column
declare
    free integer;
    given integer;
    tenant record;
    next_call uuid;
begin
    perform lock_lines();
    update call_lines l set state = 'waiting', queued_at = at, lease_until = null
    where l.call in (select c.call from call_lines c where c.state = 'assigned' and c.lease_until <= at for update skip locked);
    select most_lines - count(*) into free from call_lines l where l.state <> 'waiting';
    loop
        exit when free <= 0;
        given := 0;
        -- One line for each tenant that may have one, then again from the first.
        for tenant in
            with recursive waiting(id) as (
                (select l.tenant_id from call_lines l where l.state = 'waiting' order by l.tenant_id limit 1)
                union all
                select (select l.tenant_id from call_lines l where l.state = 'waiting' and l.tenant_id > w.id
                    order by l.tenant_id limit 1)
                from waiting w where w.id is not null)
            select w.id
            from waiting w
            cross join lateral (
                select l.tenant_limit, l.queued_at from call_lines l
                where l.tenant_id = w.id and l.state = 'waiting' and l.not_before <= at
                order by l.queued_at, l.call limit 1) head
            left join call_turns t on t.tenant_id = w.id
            where head.tenant_limit > (select count(*) from call_lines l where l.tenant_id = w.id and l.state <> 'waiting')
            order by coalesce(t.turn, 0), head.queued_at, w.id
        loop
            exit when free <= 0;
            select l.call into next_call from call_lines l
            where l.tenant_id = tenant.id and l.state = 'waiting' and l.not_before <= at
            order by l.queued_at, l.call limit 1
            for update skip locked;
            continue when not found;
            update call_lines l set state = 'assigned', lease_until = at + interval '60 seconds' where l.call = next_call;
            insert into call_turns as t (tenant_id, turn) values (tenant.id, nextval('call_turn'))
            on conflict (tenant_id) do update set turn = excluded.turn;
            -- The caller tells it at once; this is for when the caller dies.
            insert into due_work as w (kind, ref, tenant_id, due_at)
            values ('token', next_call::text, tenant.id, at + interval '10 seconds')
            on conflict (kind, ref) do update set due_at = least(w.due_at, excluded.due_at), tries = 0;
            free := free - 1;
            given := given + 1;
            call := next_call;
            tenant_id := tenant.id;
            return next;
        end loop;
        exit when given = 0;
    end loop;
end $$;

-- A changed limit holds for the calls that are queued and live already.
create function copy_call_concurrency() returns trigger language plpgsql as $$
begin
    perform lock_lines();
    update call_lines set tenant_limit = new.call_concurrency where tenant_id = new.id;
    update due_work set due_at = least(due_at, clock_timestamp()), tries = 0 where kind = 'lines' and ref = 'all';
    return null;
end $$;

-- The end of an execution, however it comes, takes its calls out of the queue.
-- A live line goes with its call's end.
create function end_queueing() returns trigger language plpgsql as $$
begin
    if not exists (select from call_lines where execution_id = new.id and state <> 'live') then
        return null;
    end if;
    perform lock_lines();
    delete from call_lines where execution_id = new.id and tenant_id = new.tenant_id and state <> 'live';
    update due_work set due_at = least(due_at, clock_timestamp()), tries = 0 where kind = 'lines' and ref = 'all';
    return null;
end $$;
-- +goose StatementEnd

create trigger copy_call_concurrency after update of call_concurrency on tenants
    for each row when (old.call_concurrency <> new.call_concurrency) execute function copy_call_concurrency();
create trigger end_queueing after update of status on flow_executions
    for each row when (old.status = 'running' and new.status <> 'running') execute function end_queueing();

-- A standing duty: what gives lines out when nobody else happens to.
insert into due_work (kind, ref, due_at) values ('lines', 'all', now());

-- Calls that are out already have their lines.
insert into call_lines (call, execution_id, tenant_id, tenant_limit, state, queued_at, entered_at, not_before, lease_until)
select a.id, e.id, a.tenant_id, t.call_concurrency, 'live', now(), now(), now(), now()
from flow_action_logs a
join flow_executions e on e.tenant_id = a.tenant_id and e.id = a.execution_id
join tenants t on t.id = a.tenant_id
where a.action_type = 'ai_call' and a.state in ('claimed', 'sent', 'unknown') and not e.is_test_run;
