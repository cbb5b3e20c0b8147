-- name: ListExecutions :many
-- Newest first, from offset first or below the cursor (before_at, before_id).
-- flow_id reads null when the flow is gone; a filter by it still finds them.
select e.id, f.id as flow_id, e.flow_version, e.flow_name, e.contact_id, e.contact_name, e.contact_phone, e.status,
    e.current_action_step, e.is_test_run, e.metadata, e.error_message, e.cancel_reason, e.triggered_at, e.completed_at,
    e.lead_event_id
from flow_executions e
left join auto_engagement_flows f on f.tenant_id = e.tenant_id and f.id = e.flow_id
where e.tenant_id = sqlc.arg(tenant_id)
    and (sqlc.narg(flow_id)::uuid is null or e.flow_id = sqlc.narg(flow_id))
    and (sqlc.narg(contact_id)::uuid is null or e.contact_id = sqlc.narg(contact_id))
    and (sqlc.arg(status)::text = '' or e.status = sqlc.arg(status))
    and (e.is_test_run or not sqlc.arg(test_runs_only)::boolean)
    and (sqlc.narg(from_at)::timestamptz is null or e.triggered_at >= sqlc.narg(from_at))
    and (sqlc.narg(to_at)::timestamptz is null or e.triggered_at < sqlc.narg(to_at))
    and (sqlc.narg(before_at)::timestamptz is null
        or (e.triggered_at, e.id) < (sqlc.narg(before_at), sqlc.narg(before_id)::uuid))
order by e.triggered_at desc, e.id desc
limit sqlc.arg(most) offset sqlc.arg(first);

-- name: CountExecutions :one
select count(*) from (
    select from flow_executions e
    where e.tenant_id = sqlc.arg(tenant_id)
        and (sqlc.narg(flow_id)::uuid is null or e.flow_id = sqlc.narg(flow_id))
        and (sqlc.narg(contact_id)::uuid is null or e.contact_id = sqlc.narg(contact_id))
        and (sqlc.arg(status)::text = '' or e.status = sqlc.arg(status))
        and (e.is_test_run or not sqlc.arg(test_runs_only)::boolean)
        and (sqlc.narg(from_at)::timestamptz is null or e.triggered_at >= sqlc.narg(from_at))
        and (sqlc.narg(to_at)::timestamptz is null or e.triggered_at < sqlc.narg(to_at))
    limit sqlc.arg(most)) counted;

-- name: SearchExecutions :many
-- ListExecutions of those whose names or phone number match.
select e.id, f.id as flow_id, e.flow_version, e.flow_name, e.contact_id, e.contact_name, e.contact_phone, e.status,
    e.current_action_step, e.is_test_run, e.metadata, e.error_message, e.cancel_reason, e.triggered_at, e.completed_at,
    e.lead_event_id
from search_executions(sqlc.arg(pattern), sqlc.narg(flow_id), sqlc.narg(contact_id), sqlc.arg(status), sqlc.arg(test_runs_only),
    sqlc.narg(from_at), sqlc.narg(to_at), sqlc.narg(before_at), sqlc.narg(before_id), sqlc.arg(first)::bigint + sqlc.arg(most)::bigint) as found (id)
join flow_executions e on e.tenant_id = sqlc.arg(tenant_id) and e.id = found.id
left join auto_engagement_flows f on f.tenant_id = e.tenant_id and f.id = e.flow_id
order by e.triggered_at desc, e.id desc
limit sqlc.arg(most)::bigint offset sqlc.arg(first)::bigint;

-- name: CountFoundExecutions :one
select count(*) from search_executions(sqlc.arg(pattern), sqlc.narg(flow_id), sqlc.narg(contact_id), sqlc.arg(status),
    sqlc.arg(test_runs_only), sqlc.narg(from_at), sqlc.narg(to_at), null, null, sqlc.arg(most));

-- name: GetExecution :one
select e.id, f.id as flow_id, e.flow_version, e.flow_name, e.contact_id, e.contact_name, e.contact_phone, e.status,
    e.current_action_step, e.is_test_run, e.metadata, e.error_message, e.cancel_reason, e.triggered_at, e.completed_at,
    e.lead_event_id
from flow_executions e
left join auto_engagement_flows f on f.tenant_id = e.tenant_id and f.id = e.flow_id
where e.tenant_id = $1 and e.id = $2;

-- name: ExecutionLogs :many
-- action_id reads null when the action is gone.
select l.id, a.id as action_id, l.action_type, l.step, l.action_config, l.state, l.until, l.attempt, l.started_at,
    l.completed_at, l.result_data, l.error_message, l.skip_reason
from flow_action_logs l
left join flow_actions a on a.tenant_id = l.tenant_id and a.id = l.action_id
where l.tenant_id = $1 and l.execution_id = $2
order by l.step, l.attempt;

-- name: ListLeads :many
-- executions holds what each lead started, oldest first.
select l.id, l.source, l.event_id, l.lead_source, l.entry_type, l.contact_id, l.contact_name, l.contact_phone,
    l.outcome, l.reason, l.received_at, l.decided_at, runs.executions
from (
    select * from lead_events e
    where e.tenant_id = sqlc.arg(tenant_id)
        and (sqlc.arg(outcome)::text = '' or e.outcome = sqlc.arg(outcome))
        and (sqlc.arg(source)::text = '' or e.source = sqlc.arg(source))
        and (sqlc.narg(contact_id)::uuid is null or e.contact_id = sqlc.narg(contact_id))
        and (sqlc.narg(from_at)::timestamptz is null or e.received_at >= sqlc.narg(from_at))
        and (sqlc.narg(to_at)::timestamptz is null or e.received_at < sqlc.narg(to_at))
        and (sqlc.narg(before_at)::timestamptz is null
            or (e.received_at, e.id) < (sqlc.narg(before_at), sqlc.narg(before_id)::uuid))
    order by e.received_at desc, e.id desc
    limit sqlc.arg(most) offset sqlc.arg(first)) l
cross join lateral (
    select coalesce(jsonb_agg(jsonb_build_object('id', x.id, 'flow_id', f.id, 'flow_name', x.flow_name,
        'status', x.status) order by x.id), '[]')::jsonb as executions
    from flow_executions x
    left join auto_engagement_flows f on f.tenant_id = x.tenant_id and f.id = x.flow_id
    where x.tenant_id = l.tenant_id and x.lead_event_id = l.id) runs
order by l.received_at desc, l.id desc;

-- name: CountLeads :one
select count(*) from (
    select from lead_events e
    where e.tenant_id = sqlc.arg(tenant_id)
        and (sqlc.arg(outcome)::text = '' or e.outcome = sqlc.arg(outcome))
        and (sqlc.arg(source)::text = '' or e.source = sqlc.arg(source))
        and (sqlc.narg(contact_id)::uuid is null or e.contact_id = sqlc.narg(contact_id))
        and (sqlc.narg(from_at)::timestamptz is null or e.received_at >= sqlc.narg(from_at))
        and (sqlc.narg(to_at)::timestamptz is null or e.received_at < sqlc.narg(to_at))
    limit sqlc.arg(most)) counted;

-- name: OldestRefusedLead :many
select received_at from lead_events
where tenant_id = sqlc.arg(tenant_id) and outcome = 'rejected' and received_at >= sqlc.arg(since)
order by received_at limit 1;

-- name: GetLead :one
select l.id, l.source, l.event_id, l.lead_source, l.entry_type, l.contact_id, l.contact_name, l.contact_phone,
    l.outcome, l.reason, l.received_at, l.decided_at, runs.executions, l.decision, l.body
from lead_events l
cross join lateral (
    select coalesce(jsonb_agg(jsonb_build_object('id', x.id, 'flow_id', f.id, 'flow_name', x.flow_name,
        'status', x.status) order by x.id), '[]')::jsonb as executions
    from flow_executions x
    left join auto_engagement_flows f on f.tenant_id = x.tenant_id and f.id = x.flow_id
    where x.tenant_id = l.tenant_id and x.lead_event_id = l.id) runs
where l.tenant_id = $1 and l.id = $2;
