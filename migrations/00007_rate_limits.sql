-- +goose Up
-- A tenant's own limit on its requests to the HTTP API; null is the
-- deployment's. The functions may not change it.
alter table tenants
    add column rate_limit integer check (rate_limit > 0),
    add column rate_burst integer check (rate_burst > 0);

-- One token bucket a tenant. Unlogged, so that a request costs no write to the
-- log of the database: after a crash every bucket is full. The check refuses
-- the request for which there is no token.
create unlogged table rate_limits (
    tenant_id uuid primary key references tenants (id) on delete cascade,
    tokens double precision not null constraint rate_limits_tokens check (tokens >= 0),
    refilled_at timestamptz not null
)
-- Updated in place, page by page: a bucket changes with every request.
with (fillfactor = 50);

alter table rate_limits enable row level security;
alter table rate_limits force row level security;
create policy tenant on rate_limits to aef_app using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy migrator on rate_limits to aef_migrator using (true);
grant select, insert, update on rate_limits to aef_app;
