-- name: AddExport :exec
insert into exports (id, tenant_id, kind, filter, created_at, created_by)
values ($1, $2, $3, $4, $5, $6);

-- name: GetExport :many
select * from exports where tenant_id = $1 and id = $2;

-- name: ListExports :many
select * from exports where tenant_id = sqlc.arg(tenant_id)
order by created_at desc, id desc
limit sqlc.arg(most) offset sqlc.arg(first);

-- name: CountExports :one
select count(*) from (select from exports where tenant_id = sqlc.arg(tenant_id) limit sqlc.arg(most)) counted;

-- name: MoveExportDuty :exec
-- Every export has one duty until it is deleted.
insert into due_work (kind, ref, tenant_id, due_at)
select 'export', j.id::text, j.tenant_id, sqlc.arg(due_at)::timestamptz from exports j
where j.tenant_id = sqlc.arg(tenant_id) and j.id = sqlc.arg(id) and (sqlc.narg(lease)::uuid is null or j.lease = sqlc.narg(lease))
on conflict (kind, ref) do update set due_at = excluded.due_at, tries = 0;

-- name: ClaimExport :many
update exports
set lease = sqlc.arg(lease)::uuid, lease_until = sqlc.arg(until)::timestamptz, attempts = attempts + 1,
    status = case when status = 'queued' then 'running' else status end,
    started_at = coalesce(started_at, sqlc.arg(now)::timestamptz)
where tenant_id = sqlc.arg(tenant_id) and id = sqlc.arg(id)
    and (lease_until is null or lease_until <= sqlc.arg(now)::timestamptz)
returning *;

-- name: AdvanceExport :exec
-- A part of the file is in S3.
with held as (
    update exports
    set progress = sqlc.arg(progress)::jsonb, rows_written = sqlc.arg(rows_written), lease_until = sqlc.arg(until)::timestamptz,
        attempts = 0
    where tenant_id = sqlc.arg(tenant_id) and id = sqlc.arg(id) and lease = sqlc.arg(lease)::uuid and lease_until is not null
        and status = 'running'
    returning 1)
select expect(count(*)) from held;

-- name: ReleaseExport :exec
-- Attempts count workers that were killed, not those that gave it back.
with held as (
    update exports set lease_until = null, attempts = 0
    where tenant_id = sqlc.arg(tenant_id) and id = sqlc.arg(id) and lease = sqlc.arg(lease)::uuid and lease_until is not null
    returning 1)
select expect(count(*)) from held;

-- name: EndExport :exec
with held as (
    update exports
    set status = sqlc.arg(status)::text, problem = sqlc.narg(problem), completed_at = sqlc.arg(now)::timestamptz,
        rows_written = sqlc.arg(rows_written), size = sqlc.narg(size), progress = null, lease_until = null
    where tenant_id = sqlc.arg(tenant_id) and id = sqlc.arg(id) and lease = sqlc.arg(lease)::uuid and lease_until is not null
        and status = 'running'
    returning 1)
select expect(count(*)) from held;

-- name: ForgetExport :exec
delete from exports where tenant_id = $1 and id = $2 and lease = $3;

-- name: ListContactsByID :many
-- The newest first: ids are in the order of creation.
select id, external_id, name, phone, email, company, city, country, time_zone, tags, custom_fields, created_at, updated_at
from contacts
where tenant_id = sqlc.arg(tenant_id)
    and (sqlc.arg(pattern)::text = '' or name ilike sqlc.arg(pattern) or phone ilike sqlc.arg(pattern)
        or email ilike sqlc.arg(pattern) or company ilike sqlc.arg(pattern))
    and (sqlc.narg(before_id)::uuid is null or id < sqlc.narg(before_id))
order by id desc
limit sqlc.arg(most);
