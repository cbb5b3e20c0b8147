-- name: ListIntegrations :many
select kind, config, secret, updated_at from integrations where tenant_id = $1;

-- name: ListWebhookTokens :many
select kind, token from webhook_tokens where tenant_id = $1;

-- name: SaveIntegration :exec
-- Guarded by the instant of the change that the writer saw (null: there was none).
with written as (
    insert into integrations (tenant_id, kind, config, secret, updated_at)
    values (sqlc.arg(tenant_id), sqlc.arg(kind), sqlc.arg(config), sqlc.narg(secret), sqlc.arg(now))
    on conflict (tenant_id, kind) do update
        set config = excluded.config, secret = excluded.secret, updated_at = excluded.updated_at
        where integrations.updated_at = sqlc.narg(seen)::timestamptz
    returning 1)
select expect(count(*)) from written;

-- name: DeleteIntegration :many
delete from integrations where tenant_id = $1 and kind = $2 returning kind;

-- name: SaveWebhookToken :exec
insert into webhook_tokens (tenant_id, kind, token, created_at)
values (sqlc.arg(tenant_id), sqlc.arg(kind), sqlc.arg(token), sqlc.arg(now))
on conflict (tenant_id, kind) do update set token = excluded.token, created_at = excluded.created_at;

-- name: DeleteWebhookToken :many
delete from webhook_tokens where tenant_id = $1 and kind = $2 returning kind;

-- name: ReleaseRoutes :exec
-- Takes the tenant's routes of a kind away, but for those named.
delete from webhook_routes
where kind = sqlc.arg(kind) and tenant_id = sqlc.arg(tenant_id) and hash <> all (sqlc.arg(keep)::bytea[]);

-- name: TakeRoutes :many
-- Gives the tenant each route that is free or its own; one that another tenant
-- has is left out. In the order in which all take them.
insert into webhook_routes (kind, hash, tenant_id)
select sqlc.arg(kind), h, sqlc.arg(tenant_id) from unnest(sqlc.arg(hashes)::bytea[]) as wanted (h) order by h
on conflict (kind, hash) do update set tenant_id = excluded.tenant_id
    where webhook_routes.tenant_id = excluded.tenant_id
returning hash;
