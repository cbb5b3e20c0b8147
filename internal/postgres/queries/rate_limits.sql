-- name: TakeToken :many
-- Takes a token from the tenant's bucket, which refills at `rate` a second up
-- to `burst`. Without one the constraint rate_limits_tokens fails, and with it
-- all that follows in the pipeline. Real time, by the one clock that all
-- function instances share. No row: no such tenant.
with allowed as (
    select t.id, coalesce(t.rate_limit, sqlc.arg(rate)::integer)::float8 as rate,
        coalesce(t.rate_burst, sqlc.arg(burst)::integer)::float8 as burst
    from tenants t where t.id = sqlc.arg(tenant_id))
insert into rate_limits as bucket (tenant_id, tokens, refilled_at)
select id, burst - 1, clock_timestamp() from allowed
on conflict (tenant_id) do update
    set tokens = least((select burst from allowed), bucket.tokens +
            (select rate from allowed) * greatest(0, extract(epoch from clock_timestamp() - bucket.refilled_at))::float8) - 1,
        refilled_at = greatest(clock_timestamp(), bucket.refilled_at)
returning tokens, (select rate from allowed)::float8 as rate, (select burst from allowed)::float8 as burst;
