-- What is left of a contact that is erased: that flows ran for somebody, when,
-- and with what result. pattern is a regular
-- expression of addresses and of the contact's name.

-- name: LockContactExecutions :exec
-- Before the contact itself, in the order of all locks.
select id from flow_executions where tenant_id = $1 and contact_id = $2 order by id for no key update;

-- name: EraseExecutions :exec
update flow_executions e
set contact_name = '', contact_phone = '',
    metadata = (select coalesce(jsonb_object_agg(m.key, m.value), '{}') from jsonb_each(e.metadata) m
        where m.key = any(sqlc.arg(kept)::text[])),
    error_message = regexp_replace(e.error_message, sqlc.arg(pattern)::text, '[erased]', 'gi'),
    cancel_reason = regexp_replace(e.cancel_reason, sqlc.arg(pattern)::text, '[erased]', 'gi')
where e.tenant_id = sqlc.arg(tenant_id) and e.contact_id = sqlc.arg(contact_id);

-- name: EraseLogs :exec
update flow_action_logs l
set result_data = case when jsonb_typeof(l.result_data) = 'object' then (
        select coalesce(jsonb_object_agg(r.key, r.value), '{}') from jsonb_each(l.result_data) r
        where r.key = any(sqlc.arg(kept)::text[])) end,
    error_message = regexp_replace(l.error_message, sqlc.arg(pattern)::text, '[erased]', 'gi'),
    skip_reason = regexp_replace(l.skip_reason, sqlc.arg(pattern)::text, '[erased]', 'gi')
from flow_executions e
where e.tenant_id = sqlc.arg(tenant_id) and e.contact_id = sqlc.arg(contact_id)
    and l.tenant_id = e.tenant_id and l.execution_id = e.id;

-- name: EraseLeads :exec
-- One that was not decided yet is so now: it starts nothing, however often the
-- queue delivers it.
with erased as (
    update lead_events e
    set body = '{}', contact_name = '', contact_phone = '', decision = null,
        outcome = case when e.outcome = 'received' then 'none' else e.outcome end,
        reason = case when e.outcome = 'received' then 'The contact was erased'
            else regexp_replace(e.reason, sqlc.arg(pattern)::text, '[erased]', 'gi') end,
        decided_at = coalesce(e.decided_at, sqlc.arg(now)::timestamptz)
    where e.tenant_id = sqlc.arg(tenant_id) and e.contact_id = sqlc.arg(contact_id)::uuid
    returning e.id)
delete from due_work w using erased
where w.kind = 'outbox' and w.ref = erased.id::text and w.tenant_id = sqlc.arg(tenant_id)::uuid;

-- name: ForgetContactAnswers :exec
-- Answers kept for requests that are sent again.
delete from idempotency_keys k
where k.tenant_id = sqlc.arg(tenant_id)
    and sqlc.arg(contact_id)::uuid::text in (k.response -> 'data' ->> 'id', k.response -> 'data' ->> 'contact_id');

-- name: DropContactEvents :exec
-- Provider events that wait to be applied; of those applied no body is kept.
with waiting as (
    select e.id from due_work w
    join provider_events e on e.id = w.ref::uuid
    where w.kind = 'inbox' and w.tenant_id = sqlc.arg(tenant_id)::uuid
        and exists (select from unnest(sqlc.arg(addresses)::text[]) as a (value) where strpos(lower(e.body::text), a.value) > 0)),
duties as (
    delete from due_work w using waiting where w.kind = 'inbox' and w.ref = waiting.id::text)
delete from provider_events e using waiting where e.id = waiting.id;

-- name: DeleteContact :exec
delete from contacts where tenant_id = $1 and id = $2;
