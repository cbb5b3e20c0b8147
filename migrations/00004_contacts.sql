-- +goose Up
-- Contacts are searched, suppressions kept, and what people did is on record.
-- Both extensions are trusted: whoever may create in the database may add them.
create extension if not exists pg_trgm;
create extension if not exists btree_gin;

create function lowered(texts text[]) returns text[] language sql immutable strict parallel safe
    return (select coalesce(array_agg(lower(t)), '{}') from unnest(texts) as t);

-- search_text holds each field after a space, so that a pattern which begins
-- with a space finds beginnings of words.
alter table contacts
    add column search_text text not null generated always as (lower(' ' || name || ' ' || company || ' ' || email || ' '
        || external_id || ' ' || phone || ' ' || regexp_replace(phone, '\D', '', 'g'))) stored,
    add column email_lowered text not null generated always as (lower(email)) stored,
    add column tags_lowered text[] not null generated always as (lowered(tags)) stored;

create index contacts_search on contacts using gin (tenant_id, search_text gin_trgm_ops);
create index contacts_tags on contacts using gin (tenant_id, tags_lowered);
-- Whom a suppression is about, also where the key is another contact's.
create index contacts_phone on contacts (tenant_id, phone);
create index contacts_email on contacts (tenant_id, email_lowered);
create index lead_events_contact on lead_events (tenant_id, contact_id, received_at desc) where contact_id is not null;
create index suppressions_recent on suppressions (tenant_id, id);
create index suppressions_search on suppressions using gin (tenant_id, value gin_trgm_ops);

-- Under row-level security no index serves LIKE or @>: their functions are not
-- leakproof. These two therefore run as the tables' owner, look at the rows of
-- the transaction's tenant alone, and give ids; the rows behind the ids are
-- read under row-level security. Every statement is planned with its values.

-- find_contacts gives ids of contacts, newest first. pattern and alternative
-- (one of both must be met) and others (all must) are for LIKE, in any case;
-- '' and '{}' select all. below: only ids that are less. counting: in any order.
--
-- Under row-level security the planner has no statistics for LIKE and @> either,
-- so it is not left to it how to look: what is frequent is found among the
-- newest; only where they do not fill the page an index is asked for all.
-- +goose StatementBegin
create function find_contacts(pattern text, alternative text, others text[], tag text, suppressed boolean,
    below uuid, first bigint, most bigint, counting boolean)
returns setof uuid language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    tenant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
    wanted text := '';
    refused text := '';
    newest uuid[];
begin
    if pattern <> '' then
        wanted := wanted || ' and (c.search_text like lower($2) or c.search_text like lower($3))';
    end if;
    if cardinality(others) > 0 then
        wanted := wanted || ' and c.search_text like all (lowered($4))';
    end if;
    if tag <> '' then
        wanted := wanted || ' and c.tags_lowered @> array[lower($5)]';
    end if;
    if suppressed is not null then
        refused := ' and (exists (select from contact_keys k join suppressions s using (tenant_id, kind, value)
                where k.tenant_id = $1 and k.contact_id = c.id)
            or exists (select from suppressions s where s.tenant_id = $1 and s.kind = ''phone'' and s.value = c.phone)
            or exists (select from suppressions s where s.tenant_id = $1 and s.kind = ''email'' and s.value = c.email_lowered)) = $9';
    end if;
    execute 'select array_agg(found.id order by found.id desc) from (
            select c.id from (
                select * from contacts c where c.tenant_id = $1 and ($6 is null or c.id < $6)
                order by c.id desc limit $10) c
            where true' || wanted || refused || '
            order by c.id desc limit $7 + $8) found'
        using tenant, pattern, alternative, others, tag, below, first, most, suppressed,
            case when wanted || refused = '' then first + most when counting then 20000 else least(40 * (first + most), 20000) end
        into newest;
    if wanted || refused = '' or cardinality(newest) >= first + most then
        return query select n.id from unnest(newest) with ordinality as n (id, i) where n.i > first order by n.i;
        return;
    end if;
    if suppressed then
        -- From the suppressions to their contacts, by index: a limit keeps a
        -- subquery from becoming a join over all contacts.
        refused := ' and c.id in (
            select x.id from suppressions s cross join lateral (
                (select k.contact_id as id from contact_keys k
                    where k.tenant_id = $1 and k.kind = s.kind and k.value = s.value limit 1)
                union all
                (select c.id from contacts c where s.kind = ''phone'' and c.tenant_id = $1 and c.phone = s.value limit 1000)
                union all
                (select c.id from contacts c where s.kind = ''email'' and c.tenant_id = $1 and c.email_lowered = s.value limit 1000)) x
            where s.tenant_id = $1)';
    end if;
    return query execute 'with found as ' || case when counting then 'not ' else '' end || 'materialized (
            select c.id from contacts c where c.tenant_id = $1 and ($6 is null or c.id < $6)' || wanted || refused || ')
        select found.id from found ' || case when counting then '' else 'order by found.id desc ' end || 'offset $7 limit $8'
        using tenant, pattern, alternative, others, tag, below, first, most, suppressed;
end $$;
-- +goose StatementEnd

-- find_suppressions gives ids of suppressions, newest first; '' selects all.
-- +goose StatementBegin
create function find_suppressions(on_channel text, of_kind text, pattern text, first bigint, most bigint)
returns setof uuid language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    query text := 'select s.id from suppressions s where s.tenant_id = $1';
begin
    if on_channel <> '' then
        query := query || ' and s.channel = $2';
    end if;
    if of_kind <> '' then
        query := query || ' and s.kind = $3';
    end if;
    if pattern <> '' then
        query := query || ' and s.value like lower($4)';
    end if;
    return query execute query || ' order by s.id desc offset $5 limit $6'
        using nullif(current_setting('app.tenant_id', true), '')::uuid, on_channel, of_kind, pattern, first, most;
end $$;
-- +goose StatementEnd

revoke execute on function find_contacts, find_suppressions from public;
grant execute on function find_contacts, find_suppressions to aef_app;

-- Who did what, where that is answered for later. Rows are only ever added,
-- and name no person but the one who acted: they outlive an erasure.
create table audit_log (
    tenant_id uuid not null references tenants (id),
    id uuid not null,
    at timestamptz not null,
    -- The person's id as the token's issuer names it; null when unknown.
    actor text,
    action text not null,
    subject_kind text not null,
    subject_id text not null,
    details jsonb not null default '{}',
    primary key (tenant_id, id)
);
create index audit_log_recent on audit_log (tenant_id, at desc, id desc);
create index audit_log_action on audit_log (tenant_id, action, at desc, id desc);
create index audit_log_subject on audit_log (tenant_id, subject_kind, subject_id, at desc, id desc);

alter table audit_log enable row level security;
alter table audit_log force row level security;
create policy tenant on audit_log to aef_app using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
create policy migrator on audit_log to aef_migrator using (true);
grant select, insert on audit_log to aef_app;
