-- +goose Up
-- What the HTTP API of templates and integrations needs beside the first schema.

-- Grows by one with each change: the ETag.
alter table email_templates add column version integer not null default 1 check (version > 0);
create index email_templates_listed on email_templates (tenant_id, name, id);

-- The tokens in the addresses that providers and outside systems send to,
-- encrypted with KMS under the tenant's encryption context, so that an admin
-- can be shown the address again. webhook_routes has their hashes.
create table webhook_tokens (
    tenant_id uuid not null references tenants (id),
    kind text not null check (kind in ('bolna', 'leads', 'ses')),
    token bytea not null,
    created_at timestamptz not null,
    primary key (tenant_id, kind)
);

alter table webhook_tokens enable row level security;
alter table webhook_tokens force row level security;
create policy tenant on webhook_tokens to aef_app using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy migrator on webhook_tokens to aef_migrator using (true);
grant select, insert, update, delete on webhook_tokens to aef_app;

-- Taking an integration away, or rotating its token, finds its routes.
create index webhook_routes_tenant on webhook_routes (tenant_id, kind);
