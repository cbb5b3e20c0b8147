-- name: ListFlowHistory :many
-- Versions of a flow, newest first, also of one that is gone.
select v.version, (v.definition ->> 'name')::text as name, (v.definition -> 'is_enabled')::boolean as is_enabled,
    (v.definition -> 'priority')::integer as priority, v.created_at, v.created_by
from flow_versions v
where v.tenant_id = $1 and v.flow_id = $2
order by v.version desc
limit sqlc.arg(most) offset sqlc.arg(first);

-- name: CountFlowHistory :one
select count(*) from (select from flow_versions where tenant_id = $1 and flow_id = $2 limit sqlc.arg(most)) counted;

-- name: GetFlowVersions :many
-- The versions named, with when and by whom the flow was created.
select v.definition, v.created_at, first.created_at as flow_created_at, first.created_by as flow_created_by
from flow_versions v
join flow_versions first on first.tenant_id = v.tenant_id and first.flow_id = v.flow_id and first.version = 1
where v.tenant_id = sqlc.arg(tenant_id) and v.flow_id = sqlc.arg(flow_id) and v.version = any (sqlc.arg(versions)::integer[]);

-- name: ListWholeFlows :many
-- All flows by priority, each as its newest version says.
select v.definition, f.created_at, f.updated_at, f.created_by
from auto_engagement_flows f
join flow_versions v on v.tenant_id = f.tenant_id and v.flow_id = f.id and v.version = f.version
where f.tenant_id = $1
order by f.priority;
