-- name: ListSuppressions :many
select s.id, s.channel, s.kind, s.value, s.reason, s.created_at, s.created_by
from suppressions s
where s.tenant_id = sqlc.arg(tenant_id) and s.id in (
    select find_suppressions(sqlc.arg(on_channel)::text, sqlc.arg(of_kind)::text, sqlc.arg(pattern)::text, sqlc.arg(first)::bigint, sqlc.arg(most)::bigint))
order by s.id desc;

-- name: CountSuppressions :many
select count(*) from find_suppressions(sqlc.arg(on_channel)::text, sqlc.arg(of_kind)::text, sqlc.arg(pattern)::text, 0::bigint, sqlc.arg(most)::bigint);

-- name: LockContactsWith :exec
-- Contacts of an address: claims that hold them are waited for, so that a
-- refusal is either before a claim or after it.
select c.id from contacts c
where c.tenant_id = sqlc.arg(tenant_id) and c.id in (
    select k.contact_id from contact_keys k where k.tenant_id = sqlc.arg(tenant_id) and k.kind = sqlc.arg(kind) and k.value = sqlc.arg(value)
    union select x.id from contacts x where sqlc.arg(kind) = 'phone' and x.tenant_id = sqlc.arg(tenant_id) and x.phone = sqlc.arg(value)
    union select x.id from contacts x where sqlc.arg(kind) = 'email' and x.tenant_id = sqlc.arg(tenant_id) and x.email_lowered = sqlc.arg(value))
order by c.id
for update of c;

-- name: AddSuppression :exec
-- One that is there already stays as it is; a new one is on record.
with added as (
    insert into suppressions (id, tenant_id, channel, kind, value, reason, created_at, created_by)
    values (sqlc.arg(id), sqlc.arg(tenant_id), sqlc.arg(channel), sqlc.arg(kind), sqlc.arg(value), sqlc.arg(reason),
        sqlc.arg(now), sqlc.narg(created_by))
    on conflict (tenant_id, kind, value, channel) do nothing
    returning id, tenant_id, created_at, created_by)
insert into audit_log (tenant_id, id, at, actor, action, subject_kind, subject_id, details)
select tenant_id, sqlc.arg(entry_id), created_at, created_by, sqlc.arg(action), sqlc.arg(subject_kind), id::text, sqlc.arg(details)
from added;

-- name: FindSuppression :many
select s.id, s.channel, s.kind, s.value, s.reason, s.created_at, s.created_by
from suppressions s
where s.tenant_id = $1 and s.kind = $2 and s.value = $3 and s.channel = $4;

-- name: ReadSuppressionForUpdate :many
select s.id, s.channel, s.kind, s.value, s.reason, s.created_at, s.created_by
from suppressions s
where s.tenant_id = $1 and s.id = $2
for update;

-- name: DeleteSuppression :exec
delete from suppressions where tenant_id = $1 and id = $2;
