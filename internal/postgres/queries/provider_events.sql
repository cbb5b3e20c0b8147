-- name: AddProviderEvent :exec
insert into provider_events (id, kind, tenant_id, body, received_at) values ($1, $2, $3, $4, $5);

-- name: GetProviderEvent :many
select id, kind, tenant_id, body, received_at, applied_at from provider_events where id = $1;

-- name: EndProviderEvent :exec
-- What counts is in the ledger now; the body, which may tell of people, goes.
update provider_events set applied_at = sqlc.arg(at), result = sqlc.arg(result), body = '{}' where id = sqlc.arg(id) and applied_at is null;

-- name: FindRoute :many
select tenant_id from webhook_routes where kind = $1 and hash = $2;
