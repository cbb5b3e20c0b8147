-- Who waits for a call line and who has one (migration 00008). LockLines comes
-- before any other statement of a transaction that calls AssignLines.

-- name: LockLines :exec
select lock_lines();

-- name: QueueForLine :exec
-- Asks for a line; a call that waits already keeps its place.
insert into call_lines (call, execution_id, tenant_id, tenant_limit, state, queued_at, entered_at, not_before)
select sqlc.arg(call)::uuid, sqlc.arg(execution_id)::uuid, t.id, t.call_concurrency, 'waiting', sqlc.arg(at), sqlc.arg(at), sqlc.arg(at)
from tenants t where t.id = sqlc.arg(tenant_id)
on conflict (call) do nothing;

-- name: TakeLine :exec
-- The call is about to be placed on the line that it was given.
with w as (
    update call_lines set state = 'live', lease_until = sqlc.arg(lease_until)::timestamptz
    where call_lines.call = sqlc.arg(call) and call_lines.tenant_id = sqlc.arg(tenant_id) and call_lines.state = 'assigned'
    returning 1)
select expect(count(*)) from w;

-- name: ReturnLine :exec
-- The call was provably not placed: it waits again, at its old place.
update call_lines set state = 'waiting', not_before = sqlc.arg(not_before), lease_until = null
where call = sqlc.arg(call) and tenant_id = sqlc.arg(tenant_id);

-- name: RenewLine :exec
update call_lines set lease_until = sqlc.arg(lease_until)::timestamptz
where call = sqlc.arg(call) and tenant_id = sqlc.arg(tenant_id) and state = 'live';

-- name: FreeLine :exec
delete from call_lines where call = sqlc.arg(call) and tenant_id = sqlc.arg(tenant_id);

-- name: AssignLines :many
select l.call::uuid as call, l.tenant_id::uuid as tenant_id
from assign_lines(sqlc.arg(at)::timestamptz, sqlc.arg(most_lines)::integer) l;

-- name: ClaimAtOnce :many
-- Claims a call that this very transaction has queued, if it was given a line.
with line as (
    update call_lines set state = 'live', lease_until = sqlc.arg(lease_until)::timestamptz
    where call_lines.call = sqlc.arg(call) and call_lines.tenant_id = sqlc.arg(tenant_id) and call_lines.state = 'assigned'
    returning call),
told as (
    delete from due_work w using line where w.kind = 'token' and w.ref = line.call::text and w.tenant_id = sqlc.arg(tenant_id)),
duty as (
    insert into due_work (kind, ref, tenant_id, due_at)
    select 'reconcile', call::text, sqlc.arg(tenant_id), sqlc.arg(due_at)::timestamptz from line
    on conflict (kind, ref) do update set due_at = excluded.due_at, tries = 0)
update flow_action_logs a
set state = 'claimed', claim_id = sqlc.arg(claim_id)::uuid, claim_until = sqlc.arg(claim_until)::timestamptz,
    first_tried_at = sqlc.arg(first_tried_at)::timestamptz, started_at = sqlc.arg(started_at)::timestamptz,
    result_data = sqlc.arg(result_data)::jsonb
from line
where a.id = line.call and a.state = 'queued'
returning a.id;

-- name: AskAfterLines :exec
-- The net: a live line whose lease ran out unnoticed has its call looked into.
insert into due_work (kind, ref, tenant_id, due_at)
select 'reconcile', call::text, tenant_id, sqlc.arg(at)::timestamptz from call_lines
where state = 'live' and lease_until < sqlc.arg(at)::timestamptz - interval '10 minutes'
on conflict (kind, ref) do nothing;

-- name: LockStepExecution :exec
select 1 from flow_executions e
where e.id = (select a.execution_id from flow_action_logs a where a.id = sqlc.arg(id))
for no key update;

-- name: StepToken :many
select token from flow_action_logs where id = sqlc.arg(id) and token is not null;
