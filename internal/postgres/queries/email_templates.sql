-- name: ListEmailTemplates :many
select * from email_templates
where tenant_id = sqlc.arg(tenant_id)
    and (sqlc.narg(category)::text is null or category = sqlc.narg(category))
    and (sqlc.narg(is_active)::boolean is null or is_active = sqlc.narg(is_active))
    and (sqlc.arg(pattern)::text = '' or name ilike sqlc.arg(pattern) or subject ilike sqlc.arg(pattern))
order by name, id
limit sqlc.arg(most) offset sqlc.arg(first);

-- name: CountEmailTemplates :one
select count(*) from (
    select from email_templates
    where tenant_id = sqlc.arg(tenant_id)
        and (sqlc.narg(category)::text is null or category = sqlc.narg(category))
        and (sqlc.narg(is_active)::boolean is null or is_active = sqlc.narg(is_active))
        and (sqlc.arg(pattern)::text = '' or name ilike sqlc.arg(pattern) or subject ilike sqlc.arg(pattern))
    limit sqlc.arg(most)) counted;

-- name: GetEmailTemplate :many
select * from email_templates where tenant_id = $1 and id = $2;

-- name: GetEmailTemplateForChange :many
select * from email_templates where tenant_id = $1 and id = $2 for no key update;

-- name: InsertEmailTemplate :exec
insert into email_templates (id, tenant_id, name, category, subject, html, body_text, is_active, version, created_at, updated_at)
values (sqlc.arg(id), sqlc.arg(tenant_id), sqlc.arg(name), sqlc.narg(category), sqlc.arg(subject), sqlc.arg(html),
    sqlc.arg(body_text), sqlc.arg(is_active), 1, sqlc.arg(now), sqlc.arg(now));

-- name: UpdateEmailTemplate :exec
with written as (
    update email_templates
    set name = sqlc.arg(name), category = sqlc.narg(category), subject = sqlc.arg(subject), html = sqlc.arg(html),
        body_text = sqlc.arg(body_text), is_active = sqlc.arg(is_active), version = version + 1, updated_at = sqlc.arg(now)
    where tenant_id = sqlc.arg(tenant_id) and id = sqlc.arg(id) and version = sqlc.arg(was)
    returning 1)
select expect(count(*)) from written;

-- name: DeleteEmailTemplate :exec
delete from email_templates where tenant_id = $1 and id = $2;

-- name: EmailTemplateUses :many
-- Names of flows that need the template: those enabled, and those of which an
-- execution is under way by a version that names it.
select f.name::text as flow_name
from auto_engagement_flows f
where f.tenant_id = sqlc.arg(tenant_id) and f.is_enabled and exists (
    select from flow_actions a
    where a.tenant_id = f.tenant_id and a.flow_id = f.id and a.action_type = 'email'
        and a.action_config ->> 'email_template_id' = sqlc.arg(id)::uuid::text)
union
select e.flow_name::text
from (
    select distinct r.flow_id, r.flow_version, r.flow_name from flow_executions r
    where r.tenant_id = sqlc.arg(tenant_id) and r.status = 'running' and r.flow_id is not null) e
join flow_versions v on v.tenant_id = sqlc.arg(tenant_id) and v.flow_id = e.flow_id and v.version = e.flow_version
where exists (
    select from jsonb_array_elements(v.definition -> 'actions') a
    where a ->> 'action_type' = 'email' and a -> 'action_config' ->> 'email_template_id' = sqlc.arg(id)::uuid::text)
order by 1
limit 20;

-- name: GetEmailSuppressions :many
-- What keeps mail from an address.
select reason from suppressions
where tenant_id = sqlc.arg(tenant_id) and kind = 'email' and value = sqlc.arg(value) and channel in ('all', 'email')
limit 1;
