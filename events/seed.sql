-- The rows that the events name: tenant …0001 with two flows, contacts and
-- executions at each point of the first flow, and tenant …0002. Load it as a
-- superuser (row-level security is forced); loading it again starts afresh.
begin;

do $$
declare
    tenant uuid;
    t text;
begin
    foreach tenant in array array['0197a000-0000-7000-8000-000000000001', '0197a000-0000-7000-8000-000000000002']::uuid[] loop
        foreach t in array array['due_work', 'call_lines', 'call_turns', 'provider_events', 'webhook_routes', 'flow_action_logs', 'flow_executions',
            'lead_events', 'contact_keys', 'contacts', 'flow_trigger_conditions', 'flow_actions', 'auto_engagement_flows',
            'flow_versions', 'suppressions', 'email_templates', 'integrations'] loop
            execute format('delete from %I where tenant_id = %L', t, tenant);
        end loop;
        delete from tenants where id = tenant;
    end loop;
end $$;

-- No contact windows: calls may go out at any hour.
insert into tenants (id, name, contact_windows, created_at, updated_at) values
    ('0197a000-0000-7000-8000-000000000001', 'Sample', '{}', '2026-11-01', '2026-11-01'),
    ('0197a000-0000-7000-8000-000000000002', 'Other sample', '{}', '2026-11-01', '2026-11-01');

insert into email_templates (id, tenant_id, name, subject, html, body_text, created_at, updated_at) values
    ('0197a000-0000-7000-8000-0000000000d1', '0197a000-0000-7000-8000-000000000001', 'Follow-up',
     'Hello {{ name }}', '<p>Dear {{ name }}, we tried to reach you.</p>', 'Dear {{ name }}, we tried to reach you.',
     '2026-11-01', '2026-11-01');

-- The token of Bolna's webhook is sample-bolna-token; WhatsApp's tenant
-- follows from the phone number id.
insert into webhook_routes (kind, hash, tenant_id) values
    ('bolna', sha256('sample-bolna-token'), '0197a000-0000-7000-8000-000000000001'),
    ('leads', sha256('sample-leads-token'), '0197a000-0000-7000-8000-000000000001'),
    ('whatsapp', sha256('106540352242922'), '0197a000-0000-7000-8000-000000000001');

-- Flows: a version holds the whole flow, the other tables show the newest one.
create temporary table sample_flow on commit drop as
select * from (values
    ('0197a000-0000-7000-8000-000000000001'::uuid, jsonb '{
        "id": "0197a000-0000-7000-8000-0000000000f1", "name": "IndiaMART follow-up", "description": "Call, then write",
        "is_enabled": true, "priority": 0, "use_custom_business_hours": false, "business_hours_start": null,
        "business_hours_end": null, "business_hours_timezone": null, "business_hours_days": [1, 2, 3, 4, 5, 6, 7],
        "outside_hours": "next_flow", "reentry_minutes": 60, "version": 1,
        "trigger_conditions": [
            {"id": "0197a000-0000-7000-8000-0000000000b1", "condition_type": "lead_source", "condition_operator": "equals",
             "condition_value": "IndiaMART", "custom_field_name": null, "condition_group": 0, "created_at": "2026-11-01T00:00:00Z"}],
        "actions": [
            {"id": "0197a000-0000-7000-8000-0000000000a1", "action_order": 1, "action_type": "ai_call",
             "action_config": {"agent_id": "3c90c3cc-0d44-4b50-8888-8dd25736052a", "phone_number_id": "n1"},
             "condition_type": null, "condition_value": null, "created_at": "2026-11-01T00:00:00Z"},
            {"id": "0197a000-0000-7000-8000-0000000000a2", "action_order": 2, "action_type": "whatsapp_message",
             "action_config": {"whatsapp_phone_number_id": "106540352242922", "template_id": "follow_up", "variable_mappings": {"1": "name"}},
             "condition_type": "call_outcome", "condition_value": "not_answered", "created_at": "2026-11-01T00:00:00Z"},
            {"id": "0197a000-0000-7000-8000-0000000000a3", "action_order": 3, "action_type": "wait",
             "action_config": {"duration_minutes": 60},
             "condition_type": null, "condition_value": null, "created_at": "2026-11-01T00:00:00Z"},
            {"id": "0197a000-0000-7000-8000-0000000000a4", "action_order": 4, "action_type": "email",
             "action_config": {"email_template_id": "0197a000-0000-7000-8000-0000000000d1"},
             "condition_type": null, "condition_value": null, "created_at": "2026-11-01T00:00:00Z"}]}'),
    ('0197a000-0000-7000-8000-000000000001'::uuid, jsonb '{
        "id": "0197a000-0000-7000-8000-0000000000f2", "name": "Website enquiries", "description": null,
        "is_enabled": false, "priority": 1, "use_custom_business_hours": false, "business_hours_start": null,
        "business_hours_end": null, "business_hours_timezone": null, "business_hours_days": [1, 2, 3, 4, 5],
        "outside_hours": "defer", "reentry_minutes": 60, "version": 1, "trigger_conditions": [], "actions": []}'),
    ('0197a000-0000-7000-8000-000000000002'::uuid, jsonb '{
        "id": "0197a000-0000-7000-8000-0000000000f3", "name": "Not yours", "description": null,
        "is_enabled": true, "priority": 0, "use_custom_business_hours": false, "business_hours_start": null,
        "business_hours_end": null, "business_hours_timezone": null, "business_hours_days": [1, 2, 3, 4, 5, 6, 7],
        "outside_hours": "next_flow", "reentry_minutes": 60, "version": 1, "trigger_conditions": [], "actions": []}')
) as f (tenant_id, definition);

insert into flow_versions (tenant_id, flow_id, version, definition, created_at)
select tenant_id, (definition ->> 'id')::uuid, 1, definition, '2026-11-01' from sample_flow;

insert into auto_engagement_flows (id, tenant_id, name, description, is_enabled, priority, business_hours_days, outside_hours,
    reentry_minutes, version, created_at, updated_at)
select d.id, f.tenant_id, d.name, d.description, d.is_enabled, d.priority, d.business_hours_days, d.outside_hours,
    d.reentry_minutes, d.version, '2026-11-01', '2026-11-01'
from sample_flow f
cross join jsonb_to_record(f.definition) as d(id uuid, name text, description text, is_enabled boolean, priority integer,
    business_hours_days integer[], outside_hours text, reentry_minutes integer, version integer);

insert into flow_trigger_conditions (id, tenant_id, flow_id, position, condition_type, condition_operator, condition_value,
    custom_field_name, condition_group, created_at)
select c.id, f.tenant_id, (f.definition ->> 'id')::uuid, 0, c.condition_type, c.condition_operator, c.condition_value,
    c.custom_field_name, c.condition_group, c.created_at
from sample_flow f
cross join jsonb_to_recordset(f.definition -> 'trigger_conditions') as c(id uuid, condition_type text, condition_operator text,
    condition_value text, custom_field_name text, condition_group integer, created_at timestamptz);

insert into flow_actions (id, tenant_id, flow_id, action_order, action_type, action_config, condition_type, condition_value, created_at)
select a.id, f.tenant_id, (f.definition ->> 'id')::uuid, a.action_order, a.action_type, a.action_config, a.condition_type,
    a.condition_value, a.created_at
from sample_flow f
cross join jsonb_to_recordset(f.definition -> 'actions') as a(id uuid, action_order integer, action_type text,
    action_config jsonb, condition_type text, condition_value text, created_at timestamptz);

-- One contact per execution: execution …0eNN is of contact …0cNN. The last two
-- digits of a phone decide what the provider sandbox does with it.
create temporary table sample_execution on commit drop as
select n, ('0197a000-0000-7000-8000-000000000e' || lpad(n::text, 2, '0'))::uuid as id,
    ('0197a000-0000-7000-8000-000000000c' || lpad(n::text, 2, '0'))::uuid as contact_id, name, phone, run_no, status
from (values
    (1, 'Asmita Kulkarni', '+919845001000', 1, 'running'), -- not begun
    (2, 'Bharat Jain', '+919845002000', 1, 'running'),     -- call missed
    (3, 'Chitra Nair', '+919845003000', 1, 'running'),     -- call missed, message sent
    (4, 'Dev Mehta', '+919845004000', 2, 'running'),       -- in its second run
    (5, 'Ela Thomas', '+919845005000', 1, 'completed'),    -- ended
    (6, 'Faisal Khan', '+919845006000', 1, 'running'),     -- to be called
    (7, 'Gauri Patil', '+919845007007', 1, 'running'),     -- to be called: 429
    (8, 'Harish Rao', '+919845008000', 1, 'running'),      -- to be called, but said no since
    (10, 'Jaya Prakash', '+919845010000', 1, 'running'),   -- to be written to
    (11, 'Kiran Bedi', '+919845011022', 1, 'running'),     -- to be written to: not on WhatsApp
    (12, 'Lata Iyer', '+919845012000', 1, 'running'),      -- to be mailed
    (13, 'Manoj Das', '+919845013000', 1, 'running'),      -- to be mailed: no such mailbox
    (14, 'Nisha Gupta', '+919845014014', 1, 'running'),    -- call under way
    (15, 'Om Puri', '+919845015015', 1, 'running'),        -- call answered
    (16, 'Priya Sen', '+919845016016', 1, 'running'),      -- call under way, machine waiting
    (17, 'Qasim Ali', '+919845017017', 1, 'running'),      -- call under way, machine waiting
    (18, 'Ritu Saxena', '+919845018018', 1, 'running'),    -- message sent
    (19, 'Sanjay Lal', '+919845019019', 1, 'running'),     -- message sent
    (20, 'Tara Singh', '+919845020000', 1, 'running'),     -- its machine was never started
    (21, 'Uma Devi', '+919845021000', 1, 'running'),       -- call answered, machine not told
    (22, 'Varun Dhar', '+919845022000', 1, 'running'),     -- call perhaps placed
    (23, 'Waheeda Begum', '+919845023023', 1, 'running'),  -- call under way, webhook stored
    (25, 'Yash Kapoor', '+919845025000', 1, 'running')     -- call claimed by another process
) as x (n, name, phone, run_no, status);

insert into contacts (id, tenant_id, name, phone, phone_valid, email, time_zone, tags, created_at, updated_at)
select contact_id, '0197a000-0000-7000-8000-000000000001', name, phone, true,
    case n when 13 then 'bounce@example.com' else 'contact' || n || '@example.com' end, 'Asia/Kolkata',
    case n when 8 then array['DNC'] else '{}' end, '2026-11-01', '2026-11-01'
from sample_execution;

-- A contact that comes back as a lead.
insert into contacts (id, tenant_id, name, phone, phone_valid, city, time_zone, tags, created_at, updated_at) values
    ('0197a000-0000-7000-8000-000000000c24', '0197a000-0000-7000-8000-000000000001', 'Xavier Pinto', '+919845012424', true,
     'Bengaluru', 'Asia/Kolkata', array['hot'], '2026-11-01', '2026-11-01');
insert into contact_keys (tenant_id, kind, value, contact_id) values
    ('0197a000-0000-7000-8000-000000000001', 'phone', '+919845012424', '0197a000-0000-7000-8000-000000000c24');

insert into flow_executions (id, tenant_id, flow_id, flow_version, flow_name, contact_id, contact_name, contact_phone, status,
    run_no, current_action_step, metadata, triggered_at, started_at, completed_at)
select id, '0197a000-0000-7000-8000-000000000001', '0197a000-0000-7000-8000-0000000000f1', 1, 'IndiaMART follow-up', contact_id,
    name, phone, status, run_no, case status when 'running' then 0 else 4 end,
    jsonb_build_object('trigger_source', 'indiamart', 'lead_source', 'IndiaMART', 'entry_type', 'webhook'),
    '2026-11-23 04:00:00Z'::timestamptz + n * interval '1 minute',
    case when n not in (1, 20) then '2026-11-23 04:00:00Z'::timestamptz + n * interval '1 minute' end,
    case status when 'completed' then '2026-11-23 05:30:00Z'::timestamptz end
from sample_execution;

-- The steps taken so far, with the ids under which they went out.
create temporary table sample_step on commit drop as
select *, ('0197a000-0000-7000-8000-00000000ca' || lpad(n::text, 2, '0'))::uuid as call_id
from (values
    (2, 1, 'done', 'missed', 'no_answer', 'bolna-2'),
    (3, 1, 'done', 'missed', 'no_answer', 'bolna-3'), (3, 2, 'sent', '', '', 'wamid.SAMPLE3'),
    (5, 1, 'done', 'missed', 'busy', 'bolna-5'), (5, 2, 'done', '', '', 'wamid.SAMPLE5'), (5, 3, 'done', '', '', ''), (5, 4, 'sent', '', '', 'mail-5'),
    (10, 1, 'done', 'missed', 'no_answer', 'bolna-10'),
    (11, 1, 'done', 'missed', 'no_answer', 'bolna-11'),
    (12, 1, 'done', 'missed', 'no_answer', 'bolna-12'), (12, 2, 'sent', '', '', 'wamid.SAMPLE12'), (12, 3, 'done', '', '', ''),
    (13, 1, 'done', 'missed', 'no_answer', 'bolna-13'), (13, 2, 'sent', '', '', 'wamid.SAMPLE13'), (13, 3, 'done', '', '', ''),
    (14, 1, 'sent', '', '', 'bolna-14'),
    (15, 1, 'done', 'answered', 'completed', 'bolna-15'),
    (16, 1, 'sent', '', '', '8c06b4d1-4096-4561-919a-4f94539c8d16'),
    (17, 1, 'sent', '', '', '8c06b4d1-4096-4561-919a-4f94539c8d17'),
    (18, 1, 'done', 'missed', 'no_answer', 'bolna-18'), (18, 2, 'sent', '', '', 'wamid.SAMPLE18'),
    (19, 1, 'done', 'missed', 'no_answer', 'bolna-19'), (19, 2, 'sent', '', '', 'wamid.SAMPLE19'),
    (21, 1, 'done', 'answered', 'completed', 'bolna-21'),
    (22, 1, 'unknown', '', '', ''),
    (23, 1, 'sent', '', '', 'bolna-23'),
    (25, 1, 'claimed', '', '', '')
) as s (n, step, state, outcome, detail, provider_id);

insert into flow_action_logs (id, tenant_id, execution_id, step, action_id, action_type, action_config, state, first_tried_at,
    claim_id, claim_until, provider_id, outcome, detail, reported, token, started_at, completed_at, result_data)
select ('0197a000-0000-7000-8000-00000e' || lpad(s.n::text, 2, '0') || lpad(s.step::text, 4, '0'))::uuid, e.tenant_id, e.id, s.step,
    a.id, a.action_type, a.action_config, s.state, e.triggered_at,
    case when s.step < 3 then s.call_id end,
    case s.state when 'claimed' then '2100-01-01'::timestamptz end,
    s.provider_id, s.outcome, s.detail, s.outcome <> '',
    case when s.n in (16, 17, 21) then 'sample-token-' || s.n end,
    e.triggered_at,
    case when s.state = 'done' or s.state = 'sent' and s.step > 1 then e.triggered_at + s.step * interval '1 minute' end,
    case a.action_type
        when 'ai_call' then jsonb_build_object('call_initiated', true, 'call_id', s.call_id, 'execution_id', nullif(s.provider_id, ''),
            'call_outcome', coalesce(nullif(s.outcome, ''), 'initiated'), 'call_detail', nullif(s.detail, ''), 'duration_seconds', null,
            'agent_id', a.action_config ->> 'agent_id')
        when 'whatsapp_message' then jsonb_build_object('whatsapp_sent', true, 'status', case s.state when 'done' then 'delivered' else 'sent' end,
            'template_id', 'follow_up', 'message_id', s.provider_id, 'to_phone', e.contact_phone)
        when 'wait' then jsonb_build_object('waited', true, 'status', 'completed', 'duration_minutes', 60, 'message', 'Waited for 60 minutes')
        else jsonb_build_object('email_sent', true, 'status', 'sent', 'email_id', s.provider_id, 'message_id', s.provider_id,
            'to_email', 'contact' || s.n || '@example.com', 'subject', 'Hello ' || e.contact_name)
    end
from sample_step s
join sample_execution x on x.n = s.n
join flow_executions e on e.id = x.id
join flow_actions a on a.flow_id = e.flow_id and a.action_order = s.step;

-- A lead that was taken in and never decided.
insert into lead_events (id, tenant_id, source, event_id, body, received_at) values
    ('0197a000-0000-7000-8000-000000001e01', '0197a000-0000-7000-8000-000000000001', 'website', 'lead-outbox',
     '{"specversion": "1.0", "id": "lead-outbox", "source": "website", "type": "lead.created", "time": "2026-11-23T04:00:00Z",
       "tenantid": "0197a000-0000-7000-8000-000000000001",
       "data": {"contact": {"name": "Zoya Mirza", "phone": "+91 98450 98765"}, "lead_source": "Website", "entry_type": "form"}}',
     '2026-11-23 04:00:00Z');

-- A webhook that was stored and not applied.
insert into provider_events (id, kind, tenant_id, body, received_at) values
    ('0197a000-0000-7000-8000-000000001b01', 'bolna', '0197a000-0000-7000-8000-000000000001',
     '{"id": "bolna-23", "status": "busy", "conversation_duration": 0.0, "telephony_data": {"hangup_reason": "Call recipient was busy"}}', now());

-- What the sweeper finds due: one of each kind. The other executions are
-- watched over from 2100 on only.
insert into due_work (kind, ref, tenant_id, due_at)
select 'run', id::text, '0197a000-0000-7000-8000-000000000001',
    case n when 20 then '2026-11-01'::timestamptz else '2100-01-01'::timestamptz end
from sample_execution where status = 'running';
insert into due_work (kind, ref, tenant_id, due_at) values
    ('outbox', '0197a000-0000-7000-8000-000000001e01', '0197a000-0000-7000-8000-000000000001', '2026-11-01'),
    ('inbox', '0197a000-0000-7000-8000-000000001b01', '0197a000-0000-7000-8000-000000000001', '2026-11-01'),
    ('token', '0197a000-0000-7000-8000-00000e210001', '0197a000-0000-7000-8000-000000000001', '2026-11-01'),
    ('reconcile', '0197a000-0000-7000-8000-00000e220001', '0197a000-0000-7000-8000-000000000001', '2026-11-01');

commit;
