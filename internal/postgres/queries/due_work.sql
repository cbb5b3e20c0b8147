-- name: AddDuty :exec
-- A duty already there becomes due at the earlier of both instants.
insert into due_work (kind, ref, tenant_id, due_at)
values ($1, $2, $3, $4)
on conflict (kind, ref) do update set due_at = least(due_work.due_at, excluded.due_at), tries = 0;

-- name: MoveDuty :exec
-- Moves a duty, to a later instant too: its holder knows best.
insert into due_work (kind, ref, tenant_id, due_at)
values ($1, $2, $3, $4)
on conflict (kind, ref) do update set due_at = excluded.due_at, tries = 0;

-- name: EndDuty :exec
delete from due_work where kind = $1 and ref = $2;

-- name: TakeDuties :many
-- Takes what is due, and moves it on with back-off (1 min doubling to 1 h)
-- before anything is done, so that a death in the middle only delays.
with due as (
    select kind, ref from due_work
    where due_at <= sqlc.arg(now)
    order by due_at
    limit sqlc.arg(most)
    for update skip locked)
update due_work w
set tries = w.tries + 1,
    due_at = sqlc.arg(now)::timestamptz + least(interval '1 hour', interval '1 minute' * (2 ^ least(w.tries, 6)))
from due
where w.kind = due.kind and w.ref = due.ref
returning w.kind, w.ref, w.tenant_id, w.due_at, w.tries;

-- name: PurgeEvents :many
with old as (
    select o.id from provider_events o where o.applied_at < sqlc.arg(before) order by o.applied_at limit sqlc.arg(most) for update skip locked)
delete from provider_events e using old where e.id = old.id returning e.id;

-- name: PurgeRejects :many
with old as (
    select o.id from lead_rejects o where o.created_at < sqlc.arg(before) order by o.created_at limit sqlc.arg(most) for update skip locked)
delete from lead_rejects r using old where r.id = old.id returning r.id;

-- name: FinishDuty :exec
-- Only the row that was taken: one written anew in between stays.
delete from due_work where kind = $1 and ref = $2 and tries = $3 and due_at = $4;
