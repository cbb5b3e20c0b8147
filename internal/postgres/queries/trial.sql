-- What test mode and test runs need beside the flow itself.

-- name: ListEnabledDefinitions :many
select v.definition
from auto_engagement_flows f
join flow_versions v on v.tenant_id = f.tenant_id and v.flow_id = f.id and v.version = f.version
where f.tenant_id = $1 and f.is_enabled
order by f.priority;

-- name: GetContact :many
select c.id, c.external_id, c.name, c.phone, c.phone_valid, c.email, c.company, c.city, c.country, c.time_zone,
    c.tags, c.custom_fields
from contacts c
where c.tenant_id = $1 and c.id = $2;

-- name: ListStartsOf :many
-- Running executions of a contact, and those that started since.
select e.flow_id::uuid as flow_id, (e.status = 'running')::boolean as running, e.triggered_at
from flow_executions e
where e.tenant_id = sqlc.arg(tenant_id) and e.contact_id = sqlc.arg(contact_id) and not e.is_test_run
    and e.flow_id is not null and (e.status = 'running' or e.triggered_at >= sqlc.arg(since));

-- name: ListTemplatesNamed :many
select id, name, subject, html, body_text, is_active
from email_templates
where tenant_id = sqlc.arg(tenant_id) and id::text = any(sqlc.arg(ids)::text[]);

-- name: CreateTestRun :many
-- A running execution of the flow's newest version, and the duty to start it
-- should its maker die. No row when the flow or the contact is not there.
with flow as (
    select f.id, f.version, f.name from auto_engagement_flows f
    where f.tenant_id = sqlc.arg(tenant_id) and f.id = sqlc.arg(flow_id)
    for key share),
run as (
    insert into flow_executions (id, tenant_id, flow_id, flow_version, flow_name, contact_id, contact_name, contact_phone,
        status, run_no, is_test_run, metadata, triggered_at)
    select sqlc.arg(id), sqlc.arg(tenant_id), flow.id, flow.version, flow.name, c.id, c.name, c.phone, 'running', 1, true,
        sqlc.arg(metadata)::jsonb || jsonb_build_object('flow_name', flow.name, 'contact_name', c.name, 'contact_phone', c.phone),
        sqlc.arg(now)
    from flow
    join contacts c on c.tenant_id = sqlc.arg(tenant_id) and c.id = sqlc.arg(contact_id)
    for key share of c -- whoever erases the contact waits, or is waited for
    returning id, tenant_id),
duty as (
    insert into due_work (kind, ref, tenant_id, due_at)
    select 'run', id::text, tenant_id, sqlc.arg(due_at)::timestamptz from run)
select id from run;
