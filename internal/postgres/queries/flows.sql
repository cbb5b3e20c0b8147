-- name: LockTenantForFlows :one
-- Whatever sets priorities holds the tenant's row until it commits.
select id from tenants where id = $1 for no key update;

-- name: CheckConstraintsNow :exec
-- Deferred constraints speak before the commit does.
set constraints all immediate;

-- name: ListFlows :many
select * from auto_engagement_flows
where tenant_id = sqlc.arg(tenant_id)
    and (is_enabled or not sqlc.arg(enabled_only)::boolean)
    and (sqlc.arg(pattern)::text = '' or name ilike sqlc.arg(pattern) or description ilike sqlc.arg(pattern))
order by priority
limit sqlc.arg(most) offset sqlc.arg(first);

-- name: CountFlows :one
select count(*) from (
    select from auto_engagement_flows
    where tenant_id = sqlc.arg(tenant_id)
        and (is_enabled or not sqlc.arg(enabled_only)::boolean)
        and (sqlc.arg(pattern)::text = '' or name ilike sqlc.arg(pattern) or description ilike sqlc.arg(pattern))
    limit sqlc.arg(most)) counted;

-- name: GetFlow :one
select * from auto_engagement_flows where tenant_id = $1 and id = $2;

-- name: GetFlowForChange :one
select * from auto_engagement_flows where tenant_id = $1 and id = $2 for no key update;

-- name: GetFlowForDelete :one
-- Waits for intakes that are about to start this flow (they hold it for key
-- share), and lets no other begin.
select * from auto_engagement_flows where tenant_id = $1 and id = $2 for update;

-- name: FlowConditions :many
select * from flow_trigger_conditions where tenant_id = $1 and flow_id = $2 order by position;

-- name: FlowActions :many
select * from flow_actions where tenant_id = $1 and flow_id = $2 order by action_order;

-- name: NextPriority :one
select coalesce(max(priority)::bigint + 1, 0)::bigint from auto_engagement_flows where tenant_id = $1;

-- name: CountAllFlows :one
-- Exact while the tenant's row is held.
select count(*) from auto_engagement_flows where tenant_id = $1;

-- name: InsertFlow :exec
insert into auto_engagement_flows (id, tenant_id, name, description, is_enabled, priority, use_custom_business_hours,
    business_hours_start, business_hours_end, business_hours_timezone, business_hours_days, outside_hours,
    reentry_minutes, version, created_at, updated_at, created_by)
values (sqlc.arg(id), sqlc.arg(tenant_id), sqlc.arg(name), sqlc.narg(description), sqlc.arg(is_enabled),
    sqlc.arg(priority), sqlc.arg(use_custom_business_hours), sqlc.narg(business_hours_start),
    sqlc.narg(business_hours_end), sqlc.narg(business_hours_timezone), sqlc.arg(business_hours_days),
    sqlc.arg(outside_hours), sqlc.arg(reentry_minutes), sqlc.arg(version), sqlc.arg(now), sqlc.arg(now),
    sqlc.narg(created_by));

-- name: UpdateFlow :exec
-- Guarded by the version that was read: it cannot have moved, the row is locked.
with written as (
    update auto_engagement_flows
    set name = sqlc.arg(name), description = sqlc.narg(description), is_enabled = sqlc.arg(is_enabled),
        priority = sqlc.arg(priority), use_custom_business_hours = sqlc.arg(use_custom_business_hours),
        business_hours_start = sqlc.narg(business_hours_start), business_hours_end = sqlc.narg(business_hours_end),
        business_hours_timezone = sqlc.narg(business_hours_timezone),
        business_hours_days = sqlc.arg(business_hours_days), outside_hours = sqlc.arg(outside_hours),
        reentry_minutes = sqlc.arg(reentry_minutes), version = sqlc.arg(version), updated_at = sqlc.arg(now)
    where tenant_id = sqlc.arg(tenant_id) and id = sqlc.arg(id) and version = sqlc.arg(version) - 1
    returning 1)
select expect(count(*)) from written;

-- name: DeleteFlowConditions :exec
delete from flow_trigger_conditions where tenant_id = $1 and flow_id = $2;

-- name: InsertFlowConditions :exec
-- conditions is the definition's trigger_conditions, whose order becomes their position.
insert into flow_trigger_conditions (id, tenant_id, flow_id, position, condition_type, condition_operator,
    condition_value, custom_field_name, condition_group, created_at)
select (c ->> 'id')::uuid, sqlc.arg(tenant_id)::uuid, sqlc.arg(flow_id)::uuid, n, c ->> 'condition_type', c ->> 'condition_operator',
    c ->> 'condition_value', c ->> 'custom_field_name', (c ->> 'condition_group')::integer,
    (c ->> 'created_at')::timestamptz
from jsonb_array_elements(sqlc.arg(conditions)::jsonb) with ordinality as item (c, n);

-- name: DeleteFlowActions :exec
delete from flow_actions where tenant_id = $1 and flow_id = $2;

-- name: InsertFlowActions :exec
-- actions is the definition's list of the same name.
insert into flow_actions (id, tenant_id, flow_id, action_order, action_type, action_config, condition_type,
    condition_value, created_at)
select (a ->> 'id')::uuid, sqlc.arg(tenant_id)::uuid, sqlc.arg(flow_id)::uuid, (a ->> 'action_order')::integer, a ->> 'action_type',
    a -> 'action_config', a ->> 'condition_type', a ->> 'condition_value', (a ->> 'created_at')::timestamptz
from jsonb_array_elements(sqlc.arg(actions)::jsonb) as item (a);

-- name: InsertFlowVersion :exec
insert into flow_versions (tenant_id, flow_id, version, definition, created_at, created_by)
values ($1, $2, $3, $4, $5, $6);

-- name: DeleteFlow :exec
delete from auto_engagement_flows where tenant_id = $1 and id = $2;

-- name: CancelFlowExecutions :exec
-- Ends all running executions of a flow that its caller holds locked; what is
-- on its way for them is stopped by due work. now is virtual, due_at real.
with running as (
    select r.id from flow_executions r
    where r.tenant_id = sqlc.arg(tenant_id) and r.flow_id = sqlc.arg(flow_id)::uuid and r.status = 'running'
    order by r.id
    for no key update),
cancelled as (
    update flow_executions e
    set status = 'cancelled', completed_at = sqlc.arg(now)::timestamptz, cancel_reason = sqlc.arg(reason)::text
    from running
    where e.tenant_id = sqlc.arg(tenant_id) and e.id = running.id and e.status = 'running'
    returning e.id),
runs as (
    delete from due_work w using cancelled
    where w.kind = 'run' and w.ref = cancelled.id::text and w.tenant_id = sqlc.arg(tenant_id))
insert into due_work (kind, ref, tenant_id, due_at)
select 'cancel', id::text, sqlc.arg(tenant_id), sqlc.arg(due_at)::timestamptz from cancelled order by id
on conflict (kind, ref) do update set due_at = least(due_work.due_at, excluded.due_at), tries = 0;

-- name: LockFlows :many
-- Those of the flows named that are there, in the order in which all lock them.
select id from auto_engagement_flows
where tenant_id = sqlc.arg(tenant_id) and id = any (sqlc.arg(ids)::uuid[])
order by id
for no key update;

-- name: TakenPriorities :many
-- Which of the priorities belong to flows other than those named.
select priority from auto_engagement_flows
where tenant_id = sqlc.arg(tenant_id) and priority = any (sqlc.arg(priorities)::integer[])
    and id <> all (sqlc.arg(ids)::uuid[]);

-- name: MovePriorities :exec
-- Gives each flow its priority, pairwise. One that changes is a new version,
-- whose definition says the same but for priority and version: matching orders
-- flows by what the definition says. A flow without its last version would be
-- a null definition, which the table refuses.
with wanted as (
    select unnest(sqlc.arg(ids)::uuid[]) as id, unnest(sqlc.arg(priorities)::integer[]) as priority),
moved as (
    update auto_engagement_flows f
    set priority = w.priority, version = f.version + 1, updated_at = sqlc.arg(now)::timestamptz
    from wanted w
    where f.tenant_id = sqlc.arg(tenant_id) and f.id = w.id and f.priority <> w.priority
    returning f.id, f.version, f.priority)
insert into flow_versions (tenant_id, flow_id, version, definition, created_at, created_by)
select sqlc.arg(tenant_id), m.id, m.version,
    v.definition || jsonb_build_object('priority', m.priority, 'version', m.version), sqlc.arg(now), sqlc.narg(created_by)
from moved m
left join flow_versions v
    on v.tenant_id = sqlc.arg(tenant_id) and v.flow_id = m.id and v.version = m.version - 1;
