-- name: AddImport :exec
insert into imports (id, tenant_id, file_name, format, lead_source, entry_type, mapping, start_wanted, upload_until,
    size, created_at, created_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: GetImport :many
select * from imports where tenant_id = $1 and id = $2;

-- name: ListImports :many
select * from imports where tenant_id = sqlc.arg(tenant_id)
order by created_at desc, id desc
limit sqlc.arg(most) offset sqlc.arg(first);

-- name: CountImports :one
select count(*) from (select from imports where tenant_id = sqlc.arg(tenant_id) limit sqlc.arg(most)) counted;

-- name: ListImportErrors :many
select row_number, column_name, message from import_errors
where tenant_id = sqlc.arg(tenant_id) and import_id = sqlc.arg(import_id)
order by row_number
limit sqlc.arg(most) offset sqlc.arg(first);

-- name: CountImportErrors :one
select count(*) from import_errors where tenant_id = $1 and import_id = $2;

-- name: StartImport :many
-- One that waits for its file starts when the file is there.
update imports
set start_wanted = true, mapping = coalesce(sqlc.narg(mapping)::jsonb, mapping),
    status = case when status = 'ready' then 'running' else status end,
    started_at = case when status = 'ready' then sqlc.arg(now)::timestamptz end
where tenant_id = sqlc.arg(tenant_id) and id = sqlc.arg(id) and status in ('awaiting_upload', 'ready')
returning *;

-- name: CancelImport :many
update imports
set status = 'cancelled', completed_at = sqlc.arg(now)::timestamptz, lease_until = null
where tenant_id = sqlc.arg(tenant_id) and id = sqlc.arg(id) and status in ('awaiting_upload', 'ready', 'running')
returning *;

-- name: MoveImportDuty :exec
-- Every import has one duty until it is deleted.
insert into due_work (kind, ref, tenant_id, due_at)
select 'import', j.id::text, j.tenant_id, sqlc.arg(due_at)::timestamptz from imports j
where j.tenant_id = sqlc.arg(tenant_id) and j.id = sqlc.arg(id) and (sqlc.narg(lease)::uuid is null or j.lease = sqlc.narg(lease))
on conflict (kind, ref) do update set due_at = excluded.due_at, tries = 0;

-- name: ClaimImport :many
update imports
set lease = sqlc.arg(lease)::uuid, lease_until = sqlc.arg(until)::timestamptz, attempts = attempts + 1
where tenant_id = sqlc.arg(tenant_id) and id = sqlc.arg(id)
    and (lease_until is null or lease_until <= sqlc.arg(now)::timestamptz)
returning *;

-- name: ReleaseImport :exec
-- Attempts count workers that were killed, not those that gave it back.
with held as (
    update imports set lease_until = null, attempts = 0
    where tenant_id = sqlc.arg(tenant_id) and id = sqlc.arg(id) and lease = sqlc.arg(lease)::uuid and lease_until is not null
    returning 1)
select expect(count(*)) from held;

-- name: PreviewImport :many
-- The file was looked at. The lease goes on where the import starts at once.
update imports
set status = case when start_wanted then 'running' else 'ready' end,
    started_at = case when start_wanted then sqlc.arg(now)::timestamptz end,
    lease_until = case when start_wanted then sqlc.arg(until)::timestamptz end,
    attempts = 0, etag = sqlc.arg(etag), size = sqlc.arg(size)::bigint, columns = sqlc.arg(columns), preview = sqlc.arg(preview),
    mapping = sqlc.arg(mapping)::jsonb, rows_total = sqlc.arg(rows_total)::integer
where tenant_id = sqlc.arg(tenant_id) and id = sqlc.arg(id) and lease = sqlc.arg(lease)::uuid and lease_until is not null
    and status in ('awaiting_upload', 'ready')
returning *;

-- name: AddImportedEvents :exec
-- As AddReceivedEvent, for many at once.
with added as (
    insert into lead_events (id, tenant_id, source, event_id, body, received_at)
    select x.id, sqlc.arg(tenant_id), x.source, x.event_id, x.body, sqlc.arg(now)
    from jsonb_to_recordset(sqlc.arg(events)::jsonb) as x(id uuid, source text, event_id text, body jsonb)
    on conflict (tenant_id, source, event_id) do nothing
    returning id, tenant_id)
insert into due_work (kind, ref, tenant_id, due_at)
select 'outbox', id::text, tenant_id, sqlc.arg(due_at)::timestamptz from added;

-- name: AddImportErrors :exec
insert into import_errors (tenant_id, import_id, row_number, column_name, message)
select sqlc.arg(tenant_id), sqlc.arg(import_id), x.row_number, x.column_name, x.message
from jsonb_to_recordset(sqlc.arg(errors)::jsonb) as x(row_number integer, column_name text, message text);

-- name: AdvanceImport :exec
-- A batch counts when the worker still has the lease and the import still runs.
with held as (
    update imports
    set rows_read = rows_read + sqlc.arg(accepted)::integer + sqlc.arg(rejected)::integer,
        rows_accepted = rows_accepted + sqlc.arg(accepted), rows_rejected = rows_rejected + sqlc.arg(rejected),
        lease_until = sqlc.arg(until)::timestamptz, attempts = 0
    where tenant_id = sqlc.arg(tenant_id) and id = sqlc.arg(id) and lease = sqlc.arg(lease)::uuid and status = 'running'
    returning 1)
select expect(count(*)) from held;

-- name: EndImport :exec
with held as (
    update imports
    set status = sqlc.arg(status)::text, problem = sqlc.narg(problem), completed_at = sqlc.arg(now)::timestamptz,
        rows_total = case when sqlc.arg(status) = 'completed' then rows_read else rows_total end, lease_until = null
    where tenant_id = sqlc.arg(tenant_id) and id = sqlc.arg(id) and lease = sqlc.arg(lease)::uuid and lease_until is not null
        and status in ('awaiting_upload', 'ready', 'running')
    returning 1)
select expect(count(*)) from held;

-- name: ForgetImport :exec
delete from imports where tenant_id = $1 and id = $2 and lease = $3;
