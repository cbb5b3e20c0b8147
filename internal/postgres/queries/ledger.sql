-- Everything that decides an execution's next step, and the ledger of its
-- effects. LockExecution comes first: whoever writes an execution's rows holds
-- its lock.

-- name: LockExecution :many
select id, tenant_id, flow_id, flow_version, flow_name, contact_id, contact_name, contact_phone, status, run_no, idle_runs,
    settled_steps, not_before, current_action_step, is_test_run, metadata, error_message, cancel_reason, cancel_done_at,
    triggered_at, started_at, completed_at
from flow_executions
where id = $1
for no key update;

-- name: LoadExecutionContact :many
-- The lock makes whoever adds a refusal wait until this step is claimed, or
-- this step wait until the refusal stands.
select c.id, c.external_id, c.name, c.phone, c.phone_valid, c.email, c.company, c.city, c.country, c.time_zone,
    c.tags, c.custom_fields
from contacts c
join flow_executions e on e.contact_id = c.id
where e.id = $1
for key share of c;

-- name: LoadExecutionSuppressions :many
select s.channel, s.kind, s.value, s.reason
from flow_executions e
join contacts c on c.id = e.contact_id
join suppressions s on s.tenant_id = e.tenant_id and (
    s.kind = 'phone' and s.value = c.phone
    or s.kind = 'email' and s.value = lower(c.email)
    or (s.kind, s.value) in (select k.kind, k.value from contact_keys k where k.tenant_id = e.tenant_id and k.contact_id = c.id))
where e.id = $1;

-- name: LoadExecutionVersion :many
select v.definition
from flow_executions e
join flow_versions v on v.tenant_id = e.tenant_id and v.flow_id = e.flow_id and v.version = e.flow_version
where e.id = $1;

-- name: LoadLedger :many
select a.id, a.step, a.attempt, a.action_type, a.state, a.until, a.retry_at, a.first_tried_at, a.claim_id, a.claim_until, a.tries,
    a.provider_id, a.outcome, a.detail, a.reported, a.skip_kind, a.looks, a.gone_since, a.token, a.started_at, a.completed_at,
    a.result_data, a.error_message, a.skip_reason, coalesce(l.state, '') as line, l.entered_at as line_since
from flow_action_logs a
left join call_lines l on l.call = a.id and l.tenant_id = a.tenant_id
where a.execution_id = $1
order by a.step, a.attempt;

-- name: LoadLastMessage :many
-- The latest claim of a WhatsApp message to the execution's contact, by
-- whichever execution, that may have left.
select a.claim_until
from flow_executions e
join flow_executions o on o.tenant_id = e.tenant_id and o.contact_id = e.contact_id
join flow_action_logs a on a.tenant_id = o.tenant_id and a.execution_id = o.id
where e.id = $1 and a.action_type = 'whatsapp_message' and a.state in ('claimed', 'sent', 'unknown', 'done') and a.claim_until is not null
order by a.claim_until desc
limit 1;

-- name: LoadIntegrations :many
select kind, config, secret from integrations;

-- name: LoadExecutionTemplates :many
-- The e-mail templates that the execution's flow version names.
select t.id, t.name, t.subject, t.html, t.body_text, t.is_active
from flow_executions e
join flow_versions v on v.tenant_id = e.tenant_id and v.flow_id = e.flow_id and v.version = e.flow_version
cross join lateral jsonb_array_elements(v.definition -> 'actions') a
join email_templates t on t.id::text = a -> 'action_config' ->> 'email_template_id'
where e.id = $1;

-- name: SaveStep :exec
-- One row of the ledger, new or moved on from the state it was seen in.
with w as (
    insert into flow_action_logs (id, tenant_id, execution_id, step, attempt, action_id, action_type, action_config, state,
        until, retry_at, first_tried_at, claim_id, claim_until, tries, provider_id, outcome, detail, reported, skip_kind,
        looks, gone_since, token, started_at, completed_at, result_data, error_message, skip_reason)
    values (sqlc.arg(id), sqlc.arg(tenant_id), sqlc.arg(execution_id), sqlc.arg(step), sqlc.arg(attempt),
        sqlc.narg(action_id), sqlc.arg(action_type), sqlc.arg(action_config), sqlc.arg(state), sqlc.narg(until),
        sqlc.narg(retry_at), sqlc.narg(first_tried_at), sqlc.narg(claim_id), sqlc.narg(claim_until), sqlc.arg(tries),
        sqlc.arg(provider_id), sqlc.arg(outcome), sqlc.arg(detail), sqlc.arg(reported), sqlc.arg(skip_kind),
        sqlc.arg(looks), sqlc.narg(gone_since), sqlc.narg(token), sqlc.narg(started_at), sqlc.narg(completed_at),
        sqlc.narg(result_data), sqlc.narg(error_message), sqlc.narg(skip_reason))
    on conflict (execution_id, step, attempt) do update set
        state = excluded.state, until = excluded.until, retry_at = excluded.retry_at,
        first_tried_at = excluded.first_tried_at, claim_id = excluded.claim_id, claim_until = excluded.claim_until,
        tries = excluded.tries, provider_id = excluded.provider_id, outcome = excluded.outcome,
        detail = excluded.detail, reported = excluded.reported, skip_kind = excluded.skip_kind,
        looks = excluded.looks, gone_since = excluded.gone_since, token = excluded.token,
        started_at = excluded.started_at, completed_at = excluded.completed_at, result_data = excluded.result_data,
        error_message = excluded.error_message, skip_reason = excluded.skip_reason
    where flow_action_logs.state = sqlc.arg(was)
    returning 1)
select expect(count(*)) from w;

-- name: DropAttempts :exec
-- Attempts not yet begun that a better outcome made needless.
delete from flow_action_logs
where execution_id = sqlc.arg(execution_id) and step = sqlc.arg(step) and attempt > sqlc.arg(attempt) and state in ('planned', 'queued');

-- name: SaveExecution :exec
with w as (
    update flow_executions
    set status = sqlc.arg(status), run_no = sqlc.arg(run_no), idle_runs = sqlc.arg(idle_runs),
        settled_steps = sqlc.arg(settled_steps), current_action_step = sqlc.arg(current_action_step),
        error_message = sqlc.narg(error_message), cancel_reason = sqlc.narg(cancel_reason), cancel_done_at = sqlc.narg(cancel_done_at),
        started_at = sqlc.narg(started_at), completed_at = sqlc.narg(completed_at)
    where id = sqlc.arg(id) and status = sqlc.arg(was_status) and run_no = sqlc.arg(was_run_no)
    returning 1)
select expect(count(*)) from w;

-- name: FindEffect :many
-- The execution that holds a provider's effect, by the provider's id or ours.
select execution_id
from flow_action_logs
where action_type = sqlc.arg(action_type)
    and (provider_id <> '' and provider_id = sqlc.arg(provider_id) or claim_id = sqlc.narg(claim_id))
limit 1;

-- name: FindStepExecution :many
select execution_id from flow_action_logs where id = $1;

-- name: ClearToken :exec
update flow_action_logs set token = null where id = $1 and token = $2;
