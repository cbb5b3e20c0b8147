-- Values that conditions can be written with, as they were seen: the most
-- frequent first. Each looks at the newest rows alone, by an index that is
-- there for other ends, so that it costs the same however many there are.
-- Spellings that matching takes for the same are one value, in the spelling
-- seen most.

-- name: SeenLeadSources :many
with recent as (
    select l.lead_source as value from lead_events l
    where l.tenant_id = sqlc.arg(tenant_id)
    order by l.received_at desc, l.id desc
    limit sqlc.arg(looked_at))
select (mode() within group (order by value))::text as value, count(*) as times from recent
where value <> '' and (sqlc.arg(pattern)::text = '' or value ilike sqlc.arg(pattern))
group by translate(lower(value), ' -', '__')
order by times desc, value
limit sqlc.arg(most);

-- name: SeenEntryTypes :many
with recent as (
    select l.entry_type as value from lead_events l
    where l.tenant_id = sqlc.arg(tenant_id)
    order by l.received_at desc, l.id desc
    limit sqlc.arg(looked_at))
select (mode() within group (order by value))::text as value, count(*) as times from recent
where value <> '' and (sqlc.arg(pattern)::text = '' or value ilike sqlc.arg(pattern))
group by translate(lower(value), ' -', '__')
order by times desc, value
limit sqlc.arg(most);

-- name: SeenCustomFields :many
-- The newest contacts: their ids are in the order of creation.
with recent as (
    select c.custom_fields from contacts c
    where c.tenant_id = sqlc.arg(tenant_id)
    order by c.id desc
    limit sqlc.arg(looked_at))
select field.name::text as value, count(*) as times
from recent, jsonb_object_keys(recent.custom_fields) as field (name)
where sqlc.arg(pattern)::text = '' or field.name ilike sqlc.arg(pattern)
group by field.name
order by times desc, value
limit sqlc.arg(most);

-- name: SeenCities :many
with recent as (
    select c.city as value from contacts c
    where c.tenant_id = sqlc.arg(tenant_id)
    order by c.id desc
    limit sqlc.arg(looked_at))
select (mode() within group (order by value))::text as value, count(*) as times from recent
where value <> '' and (sqlc.arg(pattern)::text = '' or value ilike sqlc.arg(pattern))
group by lower(value)
order by times desc, value
limit sqlc.arg(most);
