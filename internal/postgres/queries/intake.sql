-- name: LockTenant :exec
-- First of everything that writes contacts, contact_keys or suppressions. It
-- must be a statement of its own: a later one has a snapshot that is younger
-- than the lock.
select pg_advisory_xact_lock(hashtextextended('tenant ' || sqlc.arg(tenant_id)::uuid::text, 0));

-- name: ListEnabledFlows :many
select id, version, reentry_minutes
from auto_engagement_flows
where tenant_id = $1 and is_enabled
order by priority;

-- name: ListFlowVersions :many
-- The definitions of the versions named, pairwise.
select v.definition
from flow_versions v
join (select unnest(sqlc.arg(flow_ids)::uuid[]) as flow_id, unnest(sqlc.arg(versions)::integer[]) as version) w
    using (flow_id, version)
where v.tenant_id = sqlc.arg(tenant_id);

-- name: ListContactKeys :many
-- Who owns the keys named, pairwise.
select k.kind, k.value, k.contact_id
from contact_keys k
join (select unnest(sqlc.arg(kinds)::text[]) as kind, unnest(sqlc.arg(vals)::text[]) as value) w using (kind, value)
where k.tenant_id = sqlc.arg(tenant_id);

-- name: ListContactsByKeys :many
-- Contacts found by the keys, and those that the events named were made with.
select c.id, c.external_id, c.name, c.phone, c.phone_valid, c.email, c.company, c.city, c.country, c.time_zone,
    c.tags, c.custom_fields
from contacts c
where c.tenant_id = sqlc.arg(tenant_id) and c.id in (
    select k.contact_id from contact_keys k
    join (select unnest(sqlc.arg(kinds)::text[]) as kind, unnest(sqlc.arg(vals)::text[]) as value) w using (kind, value)
    where k.tenant_id = sqlc.arg(tenant_id)
    union select l.contact_id from lead_events l
    join (select unnest(sqlc.arg(sources)::text[]) as source, unnest(sqlc.arg(event_ids)::text[]) as event_id) n
        using (source, event_id)
    where l.tenant_id = sqlc.arg(tenant_id) and l.outcome = 'received' and l.contact_id is not null);

-- name: ListSuppressionsOf :many
-- Refusals of the addresses named, and of all addresses of the contacts found
-- by the keys or the events.
with named as (
    select unnest(sqlc.arg(address_kinds)::text[]) as kind, unnest(sqlc.arg(addresses)::text[]) as value
), found as (
    select k.contact_id as id from contact_keys k
    join (select unnest(sqlc.arg(kinds)::text[]) as kind, unnest(sqlc.arg(vals)::text[]) as value) w using (kind, value)
    where k.tenant_id = sqlc.arg(tenant_id)
    union select l.contact_id from lead_events l
    join (select unnest(sqlc.arg(sources)::text[]) as source, unnest(sqlc.arg(event_ids)::text[]) as event_id) n
        using (source, event_id)
    where l.tenant_id = sqlc.arg(tenant_id) and l.outcome = 'received' and l.contact_id is not null
), asked as (
    select kind, value from named
    union select k.kind, k.value from contact_keys k join found on k.contact_id = found.id where k.tenant_id = sqlc.arg(tenant_id)
    union select 'phone', c.phone from contacts c join found on c.id = found.id where c.tenant_id = sqlc.arg(tenant_id)
    union select 'email', lower(c.email) from contacts c join found on c.id = found.id where c.tenant_id = sqlc.arg(tenant_id)
)
select s.channel, s.kind, s.value, s.reason
from asked
join suppressions s on s.tenant_id = sqlc.arg(tenant_id) and s.kind = asked.kind and s.value = asked.value;

-- name: ListRecentStarts :many
-- Running executions of the contacts found by the keys or the events, and
-- those that started since.
select e.contact_id, e.flow_id::uuid as flow_id, (e.status = 'running')::boolean as running, e.triggered_at
from flow_executions e
where e.tenant_id = sqlc.arg(tenant_id) and not e.is_test_run and e.flow_id is not null
    and (e.status = 'running' or e.triggered_at >= sqlc.arg(since))
    and e.contact_id in (
        select k.contact_id from contact_keys k
        join (select unnest(sqlc.arg(kinds)::text[]) as kind, unnest(sqlc.arg(vals)::text[]) as value) w using (kind, value)
        where k.tenant_id = sqlc.arg(tenant_id)
        union select l.contact_id from lead_events l
        join (select unnest(sqlc.arg(sources)::text[]) as source, unnest(sqlc.arg(event_ids)::text[]) as event_id) n
            using (source, event_id)
        where l.tenant_id = sqlc.arg(tenant_id) and l.outcome = 'received' and l.contact_id is not null);

-- name: ListLeadEvents :many
-- What is known of the events named, pairwise; pending are its executions that
-- may never have been given to the state machine, contact_id the contact that
-- an undecided one was made with, else zero.
select e.id, e.source, e.event_id, e.outcome,
    coalesce(case when e.outcome = 'received' then e.contact_id end, '00000000-0000-0000-0000-000000000000')::uuid as contact_id, array(
    select x.id from flow_executions x
    where x.tenant_id = e.tenant_id and x.lead_event_id = e.id
        and x.status = 'running' and x.run_no = 1 and x.started_at is null)::uuid[] as pending
from lead_events e
join (select unnest(sqlc.arg(sources)::text[]) as source, unnest(sqlc.arg(event_ids)::text[]) as event_id) w
    using (source, event_id)
where e.tenant_id = sqlc.arg(tenant_id);

-- name: HoldFlows :exec
-- The flows taken are kept from being deleted until commit; one that has
-- changed or gone since it was read aborts the transaction.
with held as (
    select f.id from auto_engagement_flows f
    join (select unnest(sqlc.arg(flow_ids)::uuid[]) as id, unnest(sqlc.arg(versions)::integer[]) as version) w
        on w.id = f.id and w.version = f.version
    where f.tenant_id = sqlc.arg(tenant_id) and f.is_enabled
    order by f.id
    for key share of f)
select expect((count(*) = cardinality(sqlc.arg(flow_ids)::uuid[]))::integer) from held;

-- name: AddContacts :exec
insert into contacts (id, tenant_id, external_id, name, phone, phone_valid, email, company, city, country, time_zone,
    tags, custom_fields, created_at, updated_at)
select x.id, sqlc.arg(tenant_id), x.external_id, x.name, x.phone, x.phone_valid, x.email, x.company, x.city, x.country,
    x.time_zone, x.tags, x.custom_fields, sqlc.arg(now), sqlc.arg(now)
from jsonb_to_recordset(sqlc.arg(contacts)::jsonb) as x(id uuid, external_id text, name text, phone text,
    phone_valid boolean, email text, company text, city text, country text, time_zone text, tags text[],
    custom_fields jsonb);

-- name: ChangeContacts :exec
-- Contacts are locked for update, which waits for claims that hold them: a
-- refusal in the merged contact is then either before a claim or after it.
with held as materialized (
    select c.id from contacts c
    where c.tenant_id = sqlc.arg(tenant_id) and c.id = any(sqlc.arg(ids)::uuid[])
    order by c.id
    for update
), changed as (
    update contacts c
    set external_id = x.external_id, name = x.name, phone = x.phone, phone_valid = x.phone_valid, email = x.email,
        company = x.company, city = x.city, country = x.country, time_zone = x.time_zone, tags = x.tags,
        custom_fields = x.custom_fields, updated_at = sqlc.arg(now)
    from held
    join jsonb_to_recordset(sqlc.arg(contacts)::jsonb) as x(id uuid, external_id text, name text, phone text,
        phone_valid boolean, email text, company text, city text, country text, time_zone text, tags text[],
        custom_fields jsonb) on x.id = held.id
    where c.id = held.id and c.tenant_id = sqlc.arg(tenant_id)
    returning 1)
select expect((count(*) = cardinality(sqlc.arg(ids)::uuid[]))::integer) from changed;

-- name: AddContactKeys :exec
-- All writers of keys hold the tenant's lock; a key that is there all the same
-- aborts the transaction.
with added as (
    insert into contact_keys (tenant_id, kind, value, contact_id)
    select sqlc.arg(tenant_id), x.kind, x.value, x.contact_id
    from jsonb_to_recordset(sqlc.arg(keys)::jsonb) as x(kind text, value text, contact_id uuid)
    on conflict do nothing
    returning 1)
select expect((count(*) = jsonb_array_length(sqlc.arg(keys)::jsonb))::integer) from added;

-- name: AddDecidedEvents :exec
-- An event that somebody wrote since it was looked for aborts the transaction.
with added as (
    insert into lead_events (id, tenant_id, source, event_id, body, lead_source, entry_type, contact_id, contact_name,
        contact_phone, outcome, reason, decision, received_at, decided_at)
    select x.id, sqlc.arg(tenant_id), x.source, x.event_id, x.body, x.lead_source, x.entry_type, x.contact_id,
        x.contact_name, x.contact_phone, x.outcome, x.reason, x.decision, sqlc.arg(now), sqlc.arg(now)
    from jsonb_to_recordset(sqlc.arg(events)::jsonb) as x(id uuid, source text, event_id text, body jsonb,
        lead_source text, entry_type text, contact_id uuid, contact_name text, contact_phone text, outcome text,
        reason text, decision jsonb)
    on conflict do nothing
    returning 1)
select expect((count(*) = jsonb_array_length(sqlc.arg(events)::jsonb))::integer) from added;

-- name: DecideEvents :exec
-- Events known before: taken in by the outbox, or rejected once and sent again
-- after a repair. A rejected one keeps the body it was taken in with.
with decided as (
    update lead_events e
    set body = case when x.outcome = 'rejected' then e.body else x.body end, lead_source = x.lead_source, entry_type = x.entry_type, contact_id = x.contact_id,
        contact_name = x.contact_name, contact_phone = x.contact_phone, outcome = x.outcome, reason = x.reason,
        decision = x.decision, decided_at = sqlc.arg(now)
    from jsonb_to_recordset(sqlc.arg(events)::jsonb) as x(id uuid, body jsonb, lead_source text, entry_type text,
        contact_id uuid, contact_name text, contact_phone text, outcome text, reason text, decision jsonb)
    where e.id = x.id and e.tenant_id = sqlc.arg(tenant_id) and e.outcome in ('received', 'rejected')
    returning 1)
select expect((count(*) = jsonb_array_length(sqlc.arg(events)::jsonb))::integer) from decided;

-- name: AddExecutions :exec
-- The backstop of the repeat guard: where another execution of the flow is
-- running for the contact, the transaction is aborted, and looks again.
with added as (
    insert into flow_executions (id, tenant_id, flow_id, flow_version, flow_name, contact_id, contact_name,
        contact_phone, lead_event_id, status, run_no, not_before, metadata, error_message, triggered_at, completed_at)
    select x.id, sqlc.arg(tenant_id), x.flow_id, x.flow_version, x.flow_name, x.contact_id, x.contact_name,
        x.contact_phone, x.lead_event_id, x.status, 1, x.not_before, x.metadata, x.error_message, sqlc.arg(now),
        case when x.status <> 'running' then sqlc.arg(now)::timestamptz end
    from jsonb_to_recordset(sqlc.arg(executions)::jsonb) as x(id uuid, flow_id uuid, flow_version integer,
        flow_name text, contact_id uuid, contact_name text, contact_phone text, lead_event_id uuid, status text,
        not_before timestamptz, metadata jsonb, error_message text)
    on conflict (tenant_id, flow_id, contact_id) where status = 'running' and not is_test_run do nothing
    returning 1)
select expect((count(*) = jsonb_array_length(sqlc.arg(executions)::jsonb))::integer) from added;

-- name: AddRunDuties :exec
insert into due_work (kind, ref, tenant_id, due_at)
select 'run', unnest(sqlc.arg(executions)::uuid[])::text, sqlc.arg(tenant_id)::uuid, sqlc.arg(due_at)::timestamptz;

-- name: EndOutboxDuties :exec
delete from due_work
where kind = 'outbox' and tenant_id = sqlc.arg(tenant_id)::uuid
    and ref in (select id::text from unnest(sqlc.arg(events)::uuid[]) as e(id));

-- name: AddLeadRejects :exec
insert into lead_rejects (id, message_id, claimed_tenant, reason)
select x.id, x.message_id, x.claimed_tenant, x.reason
from jsonb_to_recordset(sqlc.arg(rejects)::jsonb) as x(id uuid, message_id text, claimed_tenant text, reason text)
on conflict (message_id) do nothing;

-- name: AddReceivedEvent :exec
-- A lead taken in, and the duty to send it to the queue. An event already
-- known keeps what it has.
with added as (
    insert into lead_events (id, tenant_id, source, event_id, body, contact_id, received_at)
    values (sqlc.arg(id), sqlc.arg(tenant_id), sqlc.arg(source), sqlc.arg(event_id), sqlc.arg(body),
        sqlc.narg(contact_id), sqlc.arg(now))
    on conflict (tenant_id, source, event_id) do nothing
    returning id, tenant_id)
insert into due_work (kind, ref, tenant_id, due_at)
select 'outbox', id::text, tenant_id, sqlc.arg(due_at)::timestamptz from added;

-- name: GetOutgoingEvent :many
-- The body of an event that is not decided yet; no row when it is.
select body from lead_events
where tenant_id = $1 and id = $2 and outcome = 'received';

-- name: FindLeadEvent :one
select id from lead_events where tenant_id = $1 and source = $2 and event_id = $3;
