-- name: CancelExecutions :one
-- Ends the running executions among those named (ids null: all) that the
-- filters select; what is on its way for them is stopped by due work. now is
-- virtual, due_at real.
with running as (
    select r.id from flow_executions r
    where r.tenant_id = sqlc.arg(tenant_id) and r.status = 'running'
        and (sqlc.narg(ids)::uuid[] is null or r.id = any(sqlc.narg(ids)::uuid[]))
        and (sqlc.narg(flow_id)::uuid is null or r.flow_id = sqlc.narg(flow_id))
        and (sqlc.narg(contact_id)::uuid is null or r.contact_id = sqlc.narg(contact_id))
        and (r.is_test_run or not sqlc.arg(test_runs_only)::boolean)
        and (sqlc.narg(from_at)::timestamptz is null or r.triggered_at >= sqlc.narg(from_at))
        and (sqlc.narg(to_at)::timestamptz is null or r.triggered_at < sqlc.narg(to_at))
        -- As search_executions() does; what runs is little enough to look at each.
        and (sqlc.arg(pattern)::text = ''
            or r.contact_name || ' ' || r.contact_phone || ' ' || coalesce(r.flow_name, '') ilike sqlc.arg(pattern))
    order by r.id
    for no key update),
cancelled as (
    update flow_executions e
    set status = 'cancelled', completed_at = sqlc.arg(now)::timestamptz, cancel_reason = sqlc.narg(reason)::text
    from running
    where e.tenant_id = sqlc.arg(tenant_id) and e.id = running.id and e.status = 'running'
    returning e.id),
runs as (
    delete from due_work w using cancelled
    where w.kind = 'run' and w.ref = cancelled.id::text and w.tenant_id = sqlc.arg(tenant_id)),
duties as (
    insert into due_work (kind, ref, tenant_id, due_at)
    select 'cancel', id::text, sqlc.arg(tenant_id)::uuid, sqlc.arg(due_at)::timestamptz from cancelled order by id
    on conflict (kind, ref) do update set due_at = least(due_work.due_at, excluded.due_at), tries = 0)
select count(*) from cancelled;
