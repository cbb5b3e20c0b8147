-- name: GetSettings :many
select id, name, time_zone, default_region, business_hours, contact_windows, match_mode,
    one_execution_per_contact, call_concurrency, updated_at
from tenants
where id = $1;

-- name: GetSettingsForChange :many
select id, name, time_zone, default_region, business_hours, contact_windows, match_mode,
    one_execution_per_contact, call_concurrency, updated_at
from tenants
where id = $1
for no key update;

-- name: UpdateSettings :exec
with written as (
    update tenants
    set name = sqlc.arg(name), time_zone = sqlc.arg(time_zone), default_region = sqlc.arg(default_region),
        business_hours = sqlc.narg(business_hours), contact_windows = sqlc.arg(contact_windows),
        match_mode = sqlc.arg(match_mode), one_execution_per_contact = sqlc.arg(one_execution_per_contact),
        call_concurrency = sqlc.arg(call_concurrency), updated_at = sqlc.arg(now)
    where id = sqlc.arg(id)
    returning 1)
select expect(count(*)) from written;
