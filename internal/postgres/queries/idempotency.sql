-- name: ForgetIdempotencyKeys :exec
-- A few at a time, whenever another comes, so that no sweep is needed.
delete from idempotency_keys
where idempotency_keys.tenant_id = sqlc.arg(tenant_id) and idempotency_keys.key in (
    select old.key from idempotency_keys old
    where old.tenant_id = sqlc.arg(tenant_id) and old.created_at <= sqlc.arg(kept_since)
    order by old.created_at
    limit 20
    for update skip locked);

-- name: ClaimIdempotencyKey :many
-- One row when the key is the caller's to use: new, or kept long enough. It
-- waits for whoever claims the same key, and then sees what they answered.
insert into idempotency_keys (tenant_id, key, request, created_at)
values (sqlc.arg(tenant_id), sqlc.arg(key), sqlc.arg(request), sqlc.arg(now))
on conflict (tenant_id, key) do update
    set request = excluded.request, response = null, created_at = excluded.created_at
    where idempotency_keys.created_at <= sqlc.arg(kept_since)
returning true as claimed;

-- name: GetIdempotencyKey :many
select request, response from idempotency_keys where tenant_id = $1 and key = $2;

-- name: AnswerIdempotencyKey :exec
update idempotency_keys set response = $3 where tenant_id = $1 and key = $2;
