-- name: GetTenant :one
select id, name, time_zone, default_region, business_hours, contact_windows, match_mode,
    one_execution_per_contact, call_concurrency
from tenants
where id = $1;
