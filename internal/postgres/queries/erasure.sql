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

-- name: EraseImports :exec
-- Previews are the first rows of files, and searches of exports may be a name:
-- words, in lower case, are what the contact is known by. A preview is of use
-- until the start alone, so that one too many may go.
with previews as (
    update imports i set preview = '[]'
    where i.tenant_id = sqlc.arg(tenant_id) and i.preview <> '[]' and exists (
        select from unnest(sqlc.arg(words)::text[]) as w (value)
        where strpos(lower(i.preview::text), w.value) > 0 or strpos(regexp_replace(i.preview::text, '\D', '', 'g'), w.value) > 0))
update exports x
set filter = jsonb_set(jsonb_set(x.filter, '{executions,search}', '"[erased]"', false), '{contacts,search}', '"[erased]"', false)
where x.tenant_id = sqlc.arg(tenant_id) and exists (
    select from unnest(sqlc.arg(words)::text[]) as w (value) where strpos(lower(x.filter::text), w.value) > 0);

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
