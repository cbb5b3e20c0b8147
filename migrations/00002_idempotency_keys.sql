-- +goose Up
-- Answers to requests that create, by the key that the client gave. The row is
-- written in the transaction of what is created, so that there is either both
-- or neither.
create table idempotency_keys (
    tenant_id uuid not null references tenants (id),
    key text not null check (char_length(key) between 1 and 255),
    -- SHA-256 over method, path and body.
    request bytea not null,
    -- What was answered; null only inside of the transaction that creates.
    response json,
    created_at timestamptz not null,
    primary key (tenant_id, key)
);
create index idempotency_keys_old on idempotency_keys (tenant_id, created_at);

alter table idempotency_keys enable row level security;
alter table idempotency_keys force row level security;
create policy tenant on idempotency_keys to aef_app using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy migrator on idempotency_keys to aef_migrator using (true);
grant select, insert, update, delete on idempotency_keys to aef_app;
