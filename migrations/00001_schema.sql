-- +goose Up
-- The whole of the first schema. Ids are UUIDv7 made by the program.
-- Every tenant's table has row-level security enabled and forced: a query that
-- forgets its tenant sees nothing. The functions' role (aef_app) owns nothing
-- and cannot bypass it; aef_migrator, which owns the tables, has explicit
-- policies of its own.

create table tenants (
    id uuid primary key,
    name text not null,
    time_zone text not null default 'Asia/Kolkata',
    default_region text not null default 'IN' check (default_region ~ '^[A-Z]{2}$'),
    business_hours jsonb,
    contact_windows jsonb not null default '{"ai_call":{"start":"09:00:00","end":"21:00:00"}}',
    match_mode text not null default 'first' check (match_mode in ('first', 'all')),
    one_execution_per_contact boolean not null default false,
    call_concurrency integer not null default 2 check (call_concurrency between 1 and 1000),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table contacts (
    id uuid primary key,
    tenant_id uuid not null references tenants (id),
    external_id text not null default '',
    name text not null default '',
    phone text not null default '',
    phone_valid boolean not null default false,
    email text not null default '',
    company text not null default '',
    city text not null default '',
    country text not null default '',
    time_zone text not null default '',
    tags text[] not null default '{}',
    custom_fields jsonb not null default '{}',
    created_at timestamptz not null,
    updated_at timestamptz not null,
    unique (tenant_id, id)
);

-- What names a contact. A key belongs to one contact of its tenant.
create table contact_keys (
    tenant_id uuid not null,
    kind text not null check (kind in ('external_id', 'phone', 'email')),
    value text not null,
    contact_id uuid not null,
    primary key (tenant_id, kind, value),
    foreign key (tenant_id, contact_id) references contacts (tenant_id, id) on delete cascade
);
create index contact_keys_contact on contact_keys (tenant_id, contact_id);

create table suppressions (
    id uuid primary key,
    tenant_id uuid not null references tenants (id),
    channel text not null check (channel in ('all', 'ai_call', 'whatsapp_message', 'email')),
    kind text not null check (kind in ('phone', 'email')),
    value text not null,
    reason text not null,
    created_at timestamptz not null default now(),
    created_by text,
    unique (tenant_id, kind, value, channel)
);

create table auto_engagement_flows (
    id uuid primary key,
    tenant_id uuid not null references tenants (id),
    name text not null check (char_length(name) between 1 and 255),
    description text,
    is_enabled boolean not null default false,
    priority integer not null check (priority >= 0),
    use_custom_business_hours boolean not null default false,
    business_hours_start time,
    business_hours_end time,
    business_hours_timezone text,
    business_hours_days integer[] not null default '{1,2,3,4,5,6,7}',
    outside_hours text not null default 'next_flow' check (outside_hours in ('next_flow', 'defer')),
    reentry_minutes integer not null default 60 check (reentry_minutes between 0 and 525600),
    version integer not null default 1 check (version > 0),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    created_by text,
    unique (tenant_id, id),
    constraint auto_engagement_flows_priority unique (tenant_id, priority) deferrable initially deferred
);
create index auto_engagement_flows_enabled on auto_engagement_flows (tenant_id, priority) where is_enabled;

create table flow_trigger_conditions (
    id uuid primary key,
    tenant_id uuid not null,
    flow_id uuid not null,
    position integer not null,
    condition_type text not null check (condition_type in ('lead_source', 'entry_type', 'custom_field', 'contact_field')),
    condition_operator text not null check (condition_operator in (
        'equals', 'not_equals', 'contains', 'any', 'starts_with', 'ends_with', 'in', 'not_in', 'is_set', 'is_not_set',
        'gt', 'gte', 'lt', 'lte', 'between', 'before', 'after', 'within_last_days')),
    condition_value text check (char_length(condition_value) <= 255),
    custom_field_name text,
    condition_group integer not null default 0,
    created_at timestamptz not null,
    unique (flow_id, position),
    foreign key (tenant_id, flow_id) references auto_engagement_flows (tenant_id, id) on delete cascade
);

create table flow_actions (
    id uuid primary key,
    tenant_id uuid not null,
    flow_id uuid not null,
    action_order integer not null check (action_order > 0),
    action_type text not null check (action_type in ('ai_call', 'whatsapp_message', 'email', 'wait')),
    action_config jsonb not null,
    condition_type text check (condition_type in ('always', 'call_outcome', 'previous_action_status')),
    condition_value text,
    created_at timestamptz not null,
    constraint flow_actions_order unique (flow_id, action_order) deferrable initially deferred,
    foreign key (tenant_id, flow_id) references auto_engagement_flows (tenant_id, id) on delete cascade
);

-- Immutable: what an execution runs. No foreign key to flows, so that history
-- outlives them.
create table flow_versions (
    tenant_id uuid not null references tenants (id),
    flow_id uuid not null,
    version integer not null,
    definition jsonb not null,
    created_at timestamptz not null,
    created_by text,
    primary key (tenant_id, flow_id, version)
);

-- Outbox and decision of every lead. (tenant_id, source, event_id) makes any
-- number of deliveries of one event have the effect of one.
create table lead_events (
    id uuid primary key,
    tenant_id uuid not null references tenants (id),
    source text not null,
    event_id text not null,
    body jsonb not null,
    lead_source text not null default '',
    entry_type text not null default '',
    contact_id uuid,
    contact_name text not null default '',
    contact_phone text not null default '',
    outcome text not null default 'received' check (outcome in ('received', 'matched', 'none', 'skipped', 'rejected')),
    reason text not null default '',
    decision jsonb,
    received_at timestamptz not null,
    decided_at timestamptz,
    unique (tenant_id, source, event_id)
);
create index lead_events_recent on lead_events (tenant_id, received_at desc, id desc);

-- What could not even be given to a tenant. No body, nothing personal.
create table lead_rejects (
    id uuid primary key,
    message_id text not null unique,
    claimed_tenant text not null default '',
    reason text not null,
    created_at timestamptz not null default now()
);

create table flow_executions (
    id uuid primary key,
    tenant_id uuid not null references tenants (id),
    flow_id uuid,
    flow_version integer,
    flow_name text,
    contact_id uuid not null,
    contact_name text not null default '',
    contact_phone text not null default '',
    lead_event_id uuid,
    status text not null check (status in ('running', 'completed', 'failed', 'cancelled', 'skipped')),
    run_no integer not null default 1 check (run_no > 0),
    -- Runs ended without a newly settled step, one after another.
    idle_runs integer not null default 0,
    settled_steps integer not null default 0,
    -- Virtual: the first step waits for it (a lead taken outside hours).
    not_before timestamptz,
    current_action_step integer not null default 0,
    is_test_run boolean not null default false,
    metadata jsonb not null default '{}',
    error_message text,
    cancel_reason text,
    cancel_done_at timestamptz,
    triggered_at timestamptz not null,
    started_at timestamptz,
    completed_at timestamptz,
    unique (tenant_id, id)
);
-- The backstop of the repeat guard: one running execution per flow and contact.
create unique index flow_executions_one_running on flow_executions (tenant_id, flow_id, contact_id)
    where status = 'running' and not is_test_run;
-- The repeat guard asks for what runs for a contact.
create index flow_executions_running on flow_executions (tenant_id, contact_id) where status = 'running' and not is_test_run;
create index flow_executions_recent on flow_executions (tenant_id, triggered_at desc, id desc);
create index flow_executions_by_flow on flow_executions (tenant_id, flow_id, triggered_at desc, id desc);
create index flow_executions_by_contact on flow_executions (tenant_id, contact_id, triggered_at desc, id desc);
create index flow_executions_by_status on flow_executions (tenant_id, status, triggered_at desc, id desc);
create index flow_executions_by_lead on flow_executions (tenant_id, lead_event_id);

-- The ledger of effects: one row per attempt at a step.
create table flow_action_logs (
    id uuid primary key,
    tenant_id uuid not null,
    execution_id uuid not null,
    step integer not null check (step > 0),
    attempt integer not null default 1 check (attempt > 0),
    action_id uuid,
    action_type text not null check (action_type in ('ai_call', 'whatsapp_message', 'email', 'wait')),
    action_config jsonb not null,
    state text not null check (state in ('planned', 'queued', 'claimed', 'sent', 'unknown', 'done', 'failed', 'skipped')),
    -- Virtual time; all other instants of a row that is not yet ended are real.
    until timestamptz,
    retry_at timestamptz,
    first_tried_at timestamptz,
    claim_id uuid,
    claim_until timestamptz,
    tries integer not null default 0,
    provider_id text not null default '',
    outcome text not null default '' check (outcome in ('', 'failed', 'missed', 'answered')),
    detail text not null default '',
    reported boolean not null default false,
    skip_kind text not null default '' check (skip_kind in ('', 'condition', 'dnc', 'suppressed', 'unusable_address')),
    looks integer not null default 0,
    gone_since timestamptz,
    -- The task token of a machine that waits for this call's outcome.
    token text,
    started_at timestamptz,
    completed_at timestamptz,
    result_data jsonb,
    error_message text,
    skip_reason text,
    unique (execution_id, step, attempt),
    foreign key (tenant_id, execution_id) references flow_executions (tenant_id, id)
);
create index flow_action_logs_provider on flow_action_logs (tenant_id, action_type, provider_id) where provider_id <> '';
create index flow_action_logs_claim on flow_action_logs (tenant_id, claim_id) where claim_id is not null;

create table email_templates (
    id uuid primary key,
    tenant_id uuid not null references tenants (id),
    name text not null check (char_length(name) between 1 and 255),
    category text,
    subject text not null,
    html text not null default '',
    body_text text not null default '',
    is_active boolean not null default true,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    unique (tenant_id, id)
);

-- A tenant's settings for a provider. secret is encrypted with KMS under the
-- tenant's encryption context.
create table integrations (
    tenant_id uuid not null references tenants (id),
    kind text not null check (kind in ('bolna', 'whatsapp', 'email')),
    config jsonb not null default '{}',
    secret bytea,
    updated_at timestamptz not null default now(),
    primary key (tenant_id, kind)
);

-- The tables below have no row-level security: the sweeper and the public
-- endpoints work across tenants. They hold nothing personal, but for the
-- bodies of provider_events.

create table due_work (
    kind text not null check (kind in ('outbox', 'run', 'inbox', 'reconcile', 'token', 'lines', 'cancel', 'stats', 'purge')),
    ref text not null,
    tenant_id uuid,
    due_at timestamptz not null,
    tries integer not null default 0,
    primary key (kind, ref)
);
create index due_work_due on due_work (due_at);

create table provider_events (
    id uuid primary key,
    kind text not null check (kind in ('bolna', 'whatsapp', 'ses')),
    tenant_id uuid,
    -- As it came: type json keeps what jsonb would refuse.
    body json not null,
    received_at timestamptz not null default now(),
    applied_at timestamptz,
    -- applied, ignored, unmatched
    result text not null default ''
);

create table webhook_routes (
    kind text not null check (kind in ('bolna', 'whatsapp', 'leads', 'ses')),
    -- SHA-256 of the token, or of the phone number id.
    hash bytea not null,
    tenant_id uuid not null,
    primary key (kind, hash)
);

-- expect makes a guarded write speak: `with w as (update … returning 1)
-- select expect(count(*)) from w` aborts its transaction when the row was no
-- longer in the state that the writer saw, even in a pipeline that commits.
-- +goose StatementBegin
create function expect(n bigint) returns void language plpgsql as $$
begin
    if n <> 1 then
        raise exception 'guarded write met % rows', n using errcode = '40001';
    end if;
end $$;
-- +goose StatementEnd

-- +goose StatementBegin
do $$
declare t text;
begin
    execute 'alter table tenants enable row level security';
    execute 'alter table tenants force row level security';
    execute 'create policy tenant on tenants to aef_app using (id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)';
    execute 'create policy migrator on tenants to aef_migrator using (true)';
    foreach t in array array['contacts', 'contact_keys', 'suppressions', 'auto_engagement_flows',
        'flow_trigger_conditions', 'flow_actions', 'flow_versions', 'lead_events', 'flow_executions',
        'flow_action_logs', 'email_templates', 'integrations'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format('create policy tenant on %I to aef_app using (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)', t);
        execute format('create policy migrator on %I to aef_migrator using (true)', t);
    end loop;
end $$;
-- +goose StatementEnd

grant usage on schema public to aef_app;
grant select on tenants, flow_versions to aef_app;
grant insert on flow_versions to aef_app;
grant update (name, time_zone, default_region, business_hours, contact_windows, match_mode,
    one_execution_per_contact, call_concurrency, updated_at) on tenants to aef_app;
grant select, insert, update, delete on contacts, contact_keys, suppressions, auto_engagement_flows,
    flow_trigger_conditions, flow_actions, lead_events, lead_rejects, flow_executions, flow_action_logs,
    email_templates, integrations, due_work, provider_events, webhook_routes to aef_app;
