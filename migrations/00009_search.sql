-- +goose Up
-- Executions found by a part of a name, a phone number or a flow's name.
create extension if not exists pg_trgm;
create extension if not exists btree_gin;

create index flow_executions_search on flow_executions
    using gin (tenant_id, (contact_name || ' ' || contact_phone || ' ' || coalesce(flow_name, '')) gin_trgm_ops);

-- Under row-level security an index serves only operators that leak nothing
-- about rows they drop, and `ilike` is none of them. So the search runs as the
-- tables' owner, whom a policy lets see all rows, and takes the tenant from
-- where the policy of the functions takes it. Newest first; a null or empty
-- argument selects nothing away. Planned for its values each time: a rare name
-- is found by the index, a frequent one by walking back from the newest.
-- +goose StatementBegin
create function search_executions(pattern text, flow uuid, contact uuid, only_status text, test_runs_only boolean,
    from_at timestamptz, to_at timestamptz, before_at timestamptz, before_id uuid, most bigint)
returns setof uuid
language plpgsql stable security definer
rows 50
set search_path = public
set plan_cache_mode = force_custom_plan
as $$
declare tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
begin
    return query
    select e.id from flow_executions e
    where e.tenant_id = tenant
        and (e.contact_name || ' ' || e.contact_phone || ' ' || coalesce(e.flow_name, '')) ilike pattern
        and (flow is null or e.flow_id = flow)
        and (contact is null or e.contact_id = contact)
        and (only_status = '' or e.status = only_status)
        and (e.is_test_run or not test_runs_only)
        and (from_at is null or e.triggered_at >= from_at)
        and (to_at is null or e.triggered_at < to_at)
        and (before_at is null or (e.triggered_at, e.id) < (before_at, before_id))
    order by e.triggered_at desc, e.id desc
    limit most;
end $$;
-- +goose StatementEnd
revoke execute on function search_executions from public;
grant execute on function search_executions to aef_app;
