-- name: ListContacts :many
select c.id, c.external_id, c.name, c.phone, c.phone_valid, c.email, c.company, c.city, c.country, c.time_zone,
    c.tags, c.custom_fields, c.created_at, c.updated_at
from contacts c
where c.tenant_id = sqlc.arg(tenant_id) and c.id in (
    select find_contacts(sqlc.arg(pattern)::text, sqlc.arg(alternative)::text, sqlc.arg(others)::text[], sqlc.arg(tag)::text,
        sqlc.narg(suppressed)::boolean, sqlc.narg(below)::uuid, sqlc.arg(first)::bigint, sqlc.arg(most)::bigint, false))
order by c.id desc;

-- name: CountContacts :many
select count(*) from find_contacts(sqlc.arg(pattern)::text, sqlc.arg(alternative)::text, sqlc.arg(others)::text[],
    sqlc.arg(tag)::text, sqlc.narg(suppressed)::boolean, null::uuid, 0::bigint, sqlc.arg(most)::bigint, true);

-- name: ReadContact :many
select c.id, c.external_id, c.name, c.phone, c.phone_valid, c.email, c.company, c.city, c.country, c.time_zone,
    c.tags, c.custom_fields, c.created_at, c.updated_at
from contacts c
where c.tenant_id = $1 and c.id = $2;

-- name: ReadContactForUpdate :many
-- Waits for claims that hold the contact: what is changed of it is either
-- before a claim or after it.
select c.id, c.external_id, c.name, c.phone, c.phone_valid, c.email, c.company, c.city, c.country, c.time_zone,
    c.tags, c.custom_fields, c.created_at, c.updated_at
from contacts c
where c.tenant_id = $1 and c.id = $2
for update;

-- name: ListContactSuppressions :many
-- All refusals that stop a channel for the contact.
select s.id, s.channel, s.kind, s.value, s.reason, s.created_at, s.created_by
from contacts c
join suppressions s on s.tenant_id = c.tenant_id and (
    s.kind = 'phone' and s.value = c.phone
    or s.kind = 'email' and s.value = c.email_lowered
    or (s.kind, s.value) in (select k.kind, k.value from contact_keys k where k.tenant_id = c.tenant_id and k.contact_id = c.id))
where c.tenant_id = $1 and c.id = $2
order by s.id desc;

-- name: LastLead :many
select l.id, l.lead_source, l.received_at from lead_events l
where l.tenant_id = sqlc.arg(tenant_id) and l.contact_id = sqlc.arg(contact_id)::uuid
order by l.received_at desc
limit 1;

-- name: CountContactExecutions :many
-- By status, test runs aside.
select e.status, count(*) as executions from flow_executions e
where e.tenant_id = $1 and e.contact_id = $2 and not e.is_test_run
group by e.status;

-- name: AddContactKeysOrFail :exec
-- A key that is another contact's breaks contact_keys_pkey.
insert into contact_keys (tenant_id, kind, value, contact_id)
select sqlc.arg(tenant_id)::uuid, unnest(sqlc.arg(kinds)::text[]), unnest(sqlc.arg(vals)::text[]), sqlc.arg(contact_id)::uuid;

-- name: DeleteContactKeys :exec
delete from contact_keys k
using (select unnest(sqlc.arg(kinds)::text[]) as kind, unnest(sqlc.arg(vals)::text[]) as value) gone
where k.tenant_id = sqlc.arg(tenant_id) and k.contact_id = sqlc.arg(contact_id)
    and k.kind = gone.kind and k.value = gone.value;

-- name: ListKeysOfContact :many
select kind, value from contact_keys where tenant_id = $1 and contact_id = $2;
