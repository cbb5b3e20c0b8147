-- +goose Up
-- Few leads are refused: those of a tenant are found without reading the rest.
create index lead_events_rejected on lead_events (tenant_id, received_at desc, id desc) where outcome = 'rejected';
