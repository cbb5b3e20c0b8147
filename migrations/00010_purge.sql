-- +goose Up
-- What is of no more use goes: events of providers long applied, and notes of
-- messages that belonged to no tenant. One standing duty for all tenants.
create index provider_events_applied on provider_events (applied_at) where applied_at is not null;
create index lead_rejects_created on lead_rejects (created_at);

insert into due_work (kind, ref, due_at) values ('purge', 'all', now());
