-- +goose Up
-- Imports and exports: jobs over files in S3. Whoever works on one holds its
-- lease; every step is a guarded write that renews it, so that two workers never
-- both go on, and one that was killed is followed after the lease.

alter table due_work drop constraint due_work_kind_check;
alter table due_work add constraint due_work_kind_check check (kind in (
    'outbox', 'run', 'inbox', 'reconcile', 'token', 'lines', 'cancel', 'stats', 'purge', 'import', 'export'));

create table imports (
    id uuid primary key,
    tenant_id uuid not null references tenants (id),
    status text not null default 'awaiting_upload' check (status in (
        'awaiting_upload', 'ready', 'running', 'completed', 'failed', 'cancelled')),
    file_name text not null check (char_length(file_name) between 1 and 255),
    format text not null check (format in ('csv', 'xlsx')),
    lead_source text not null default '',
    entry_type text not null,
    -- Column name to field; null until the file was looked at, unless given.
    mapping jsonb,
    start_wanted boolean not null default false,
    upload_until timestamptz not null,
    -- What was found in the file; etag names its very content.
    etag text not null default '',
    size bigint,
    columns text[] not null default '{}',
    preview jsonb not null default '[]',
    rows_total integer,
    rows_read integer not null default 0,
    rows_accepted integer not null default 0,
    rows_rejected integer not null default 0,
    problem text,
    lease uuid,
    lease_until timestamptz,
    -- Takings of the lease since a step last succeeded.
    attempts integer not null default 0,
    created_at timestamptz not null,
    created_by text,
    started_at timestamptz,
    completed_at timestamptz,
    unique (tenant_id, id)
);
create index imports_recent on imports (tenant_id, created_at desc, id desc);

-- Nothing of a row's content: its number and what is wrong with it.
create table import_errors (
    tenant_id uuid not null,
    import_id uuid not null,
    row_number integer not null,
    column_name text not null,
    message text not null,
    primary key (tenant_id, import_id, row_number),
    foreign key (tenant_id, import_id) references imports (tenant_id, id) on delete cascade
);

create table exports (
    id uuid primary key,
    tenant_id uuid not null references tenants (id),
    kind text not null check (kind in ('executions', 'leads', 'contacts')),
    -- The filter with its days resolved to instants.
    filter jsonb not null,
    status text not null default 'queued' check (status in ('queued', 'running', 'completed', 'failed')),
    rows_written integer not null default 0,
    -- The multipart upload under way, its parts, and the place of the last row in them.
    progress jsonb,
    size bigint,
    problem text,
    lease uuid,
    lease_until timestamptz,
    attempts integer not null default 0,
    created_at timestamptz not null,
    created_by text,
    started_at timestamptz,
    completed_at timestamptz,
    unique (tenant_id, id)
);
create index exports_recent on exports (tenant_id, created_at desc, id desc);

-- +goose StatementBegin
do $$
declare t text;
begin
    foreach t in array array['imports', 'import_errors', 'exports'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format('create policy tenant on %I to aef_app using (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)', t);
        execute format('create policy migrator on %I to aef_migrator using (true)', t);
    end loop;
end $$;
-- +goose StatementEnd

grant select, insert, update, delete on imports, import_errors, exports to aef_app;
