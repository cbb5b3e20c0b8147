-- name: AddAuditEntry :exec
insert into audit_log (tenant_id, id, at, actor, action, subject_kind, subject_id, details)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: ListAuditEntries :many
select l.id, l.at, l.actor, l.action, l.subject_kind, l.subject_id, l.details
from audit_log l
where l.tenant_id = sqlc.arg(tenant_id)
    and (sqlc.arg(action)::text = '' or l.action = sqlc.arg(action))
    and (sqlc.arg(subject_kind)::text = '' or l.subject_kind = sqlc.arg(subject_kind))
    and (sqlc.arg(subject_id)::text = '' or l.subject_id = sqlc.arg(subject_id))
    and (sqlc.narg(before_at)::timestamptz is null or (l.at, l.id) < (sqlc.narg(before_at), sqlc.narg(before_id)::uuid))
order by l.at desc, l.id desc
limit sqlc.arg(most) offset sqlc.arg(first);

-- name: CountAuditEntries :one
select count(*) from (
    select from audit_log l
    where l.tenant_id = sqlc.arg(tenant_id)
        and (sqlc.arg(action)::text = '' or l.action = sqlc.arg(action))
        and (sqlc.arg(subject_kind)::text = '' or l.subject_kind = sqlc.arg(subject_kind))
        and (sqlc.arg(subject_id)::text = '' or l.subject_id = sqlc.arg(subject_id))
    limit sqlc.arg(most)) counted;
