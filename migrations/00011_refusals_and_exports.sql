-- +goose Up
-- Few leads are refused: those of a tenant are found without reading the rest.
create index lead_events_rejected on lead_events (tenant_id, received_at desc, id desc) where outcome = 'rejected';

-- How flows did is exported too.
alter table exports drop constraint exports_kind_check;
alter table exports add constraint exports_kind_check check (kind in ('executions', 'leads', 'contacts', 'analytics'));
