"""What JSON Schema cannot say of the API, for schemathesis.

A body that its schema lets pass may still be refused, for what only the values
together, or what is stored, can tell. Those refusals are listed here, by their
texts; any other is a failure.
"""

import os
import re
import zlib

import schemathesis
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.generation.meta import TestPhase
from schemathesis.openapi.checks import AllowHeaderMismatch, RejectedPositiveData, UnsupportedMethodResponse

schemathesis.openapi.format(
    "iana-time-zone", st.sampled_from(["Asia/Kolkata", "Asia/Kathmandu", "Europe/Berlin", "America/St_Johns", "UTC"])
)

schemathesis.openapi.format("iso-3166-alpha-2", st.sampled_from(["IN", "NP", "DE", "US"]))

BEYOND_SCHEMAS = [
    re.compile(text, re.DOTALL)
    for text in [
        # Values of one body against each other.
        r"Action orders must be unique within a flow",
        r"Both business_hours_start and business_hours_end are required when use_custom_business_hours is true",
        r"business_hours_start must be before business_hours_end",
        r"(business_hours|contact_windows\.\w+)\.start must be before its end",
        r"Invalid timezone identifier",
        r"default_region must be an ISO 3166 code of two letters, such as IN",
        r"Priority values must be unique",
        r"Flow \S+ is named twice",
        r"condition_value (is required|must be .+|must list .+) for \w+",
        r"condition_value must be null for a step that always runs",
        r"condition_value must be two numbers separated by a comma, the lower first, for between",
        r"custom_field_name is required for (custom|contact)_field",
        r"custom_field_name must be one of .+ for contact_field",
        r"from must not be after to",
        r"from and to must span at most 366 days",
        r"cursor and offset cannot be used together",
        r"cursor must be a next_cursor of this list",
        r"A contact needs a phone or an e-mail",
        r"email is not an e-mail address, and there is no phone",
        r"value is not (a usable phone number|an e-mail address)",
        r"channel \w+ needs (an e-mail address, not a phone|a phone, not an e-mail address)",
        r"format must be csv or xlsx where the file name ends in neither",
        r"size must be from 1 to 52428800 bytes",  # of XLSX
        r"mapping must give a column the field phone or email",
        r"filter\.\w+ does not filter (executions|leads|contacts|analytics)",
        r"filter\.(from|to) must be a date \(YYYY-MM-DD\)",  # of analytics
        r"One of html and body_text is required",
        r"(subject|html|body_text): the template has a syntax error .+",
        r"config\.(host|base_url) must be .+",  # needed by one mode, and not taken by the other
        r"config\.\w+ (is|and port, tls, username are) used by mode \w+ only",
        r"config\.business_account_id or config\.phone_number_id is required",
        r"config\.phone_number_id must be the number that Meta gives as id",
        r"secret is not used by these settings",
        # What a server of mail takes for an address is narrower than the format email.
        r"to must be an e-mail address",
        r"config\.(from must be the e-mail address of the sender|reply_to must be an e-mail address)",
        # The body against what is stored.
        r"Priority \d+ is already assigned to another flow",
        r"A tenant can have at most 1000 flows",
        r"outcomes\.\d+ (names no action of the flow|is about a wait, .+|must be one of .+)",
        r"tenantid is another tenant's",
        r"mapping\..* is no column of the file",
        r"secret is required",
        r"secret must be sent again, since it would go to another server or account",
        # A link is inferred from the list of integrations, which has all kinds.
        r"kind must be one of (bolna, email, leads|bolna, leads, email|bolna, leads|bolna, whatsapp, email)",
        # What the tenant's providers say.
        r"Connect (Bolna|WhatsApp|E-mail) first",
        r"The provider refuses: HTTP 401: .+",
        r"WhatsApp refuses these settings: HTTP .+",
        r"config\.phone_number_id is none of the business account's numbers",
    ]
]

# /integrations/bolna is both a path of its own and /integrations/{kind}: its
# methods are those of both.
SHARED_PATH = re.compile(r"/api/integrations/[^/]+")


@schemathesis.hook
def before_call(context, case, kwargs):
    """Links are inferred from ids in answers, of which some may be null: then
    ask for what is not there, and not for what is no id. And keep the contact
    that bodies name."""
    kept = os.environ["CONTRACT_CONTACT"] if case.operation.label == "DELETE /api/contacts/{id}" else "None"
    for name, value in (case.path_parameters or {}).items():
        if value in (None, "None", kept):
            case.path_parameters[name] = "00000000-0000-7000-8000-000000000000"


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Keep a failure unless it is one of the refusals above."""
    if isinstance(failure, (AllowHeaderMismatch, UnsupportedMethodResponse)):
        return not SHARED_PATH.fullmatch(case.formatted_path)
    if not isinstance(failure, RejectedPositiveData) or response.status_code != 400:
        return True
    answer = response.json()
    texts = [detail["message"] for detail in answer.get("details", [])] or [answer["error"]]
    return not all(any(known.fullmatch(text) for known in BEYOND_SCHEMAS) for text in texts)


NEEDS_NO_VALUE = ["equals", "not_equals", "any", "is_set", "is_not_set"]


@schemathesis.hook
def map_case(context, case):
    """Most bodies made by chance contradict themselves. Mend those that are to
    be accepted, so that the operations behind them are reached; the coverage
    phase sends bodies as they are."""
    meta = case.meta
    if meta is None or meta.generation.mode is not GenerationMode.POSITIVE or meta.phase.name is TestPhase.COVERAGE:
        return case
    if isinstance(case.query, dict):
        case.query.pop("cursor", None)
        if "/analytics" in case.path and {"from", "to"} & set(case.query):
            case.query.update({"from": "2026-02-04", "to": "2026-03-05"})
    body = case.body
    if isinstance(body, dict):
        if "contact_id" in body:
            body["contact_id"] = os.environ["CONTRACT_CONTACT"]
        for flow in [body, *items(body, "flows")]:
            mend(flow)
        if (repair := REPAIRS.get(case.operation.definition.raw["operationId"])) is not None:
            repair(body)
    return case


def items(body, key):
    return [item for item in body.get(key) or [] if isinstance(item, dict)] if isinstance(body.get(key), list) else []


def mend(flow):
    flow.pop("priority", None)
    if flow.get("use_custom_business_hours"):
        flow["business_hours_start"], flow["business_hours_end"] = "09:00", "18:30:00"
    elif flow.get("business_hours_start") and flow.get("business_hours_end"):
        flow["business_hours_end"] = None
    for order, action in enumerate(items(flow, "actions"), 1):
        camel = "actionOrder" in action
        action["actionOrder" if camel else "action_order"] = order
        action.pop("conditionValue" if camel else "condition_value", None)
        action["conditionType" if camel else "condition_type"] = "always"
    for condition in items(flow, "trigger_conditions") + items(flow, "conditions"):
        camel = "conditionType" in condition
        if condition.get("conditionOperator" if camel else "condition_operator") not in NEEDS_NO_VALUE:
            condition["conditionOperator" if camel else "condition_operator"] = "in"
            condition["conditionValue" if camel else "condition_value"] = "IndiaMART, Website"
        condition["customFieldName" if camel else "custom_field_name"] = "city"


def phone(body):
    return f"+9198{zlib.crc32(repr(body).encode()) % 10**8:08}"


def contact(body):
    body["phone"] = phone(body)


def suppression(body):
    body["channel"], body["value"] = "all", phone(body) if body.get("kind") == "phone" else "asha@example.com"


def an_import(body):
    body["file_name"] = "leads.csv"
    mapping(body)


def mapping(body):
    if "mapping" in body:
        body["mapping"] = {"Mobile": "phone"}


FILTERS = {"executions": ["flow_id", "status", "search"], "leads": ["outcome", "source"], "contacts": ["search"]}


def export(body):
    if isinstance(body.get("filter"), dict):
        body["filter"] = {key: value for key, value in body["filter"].items() if key in FILTERS.get(body.get("kind"), [])}


def template(body):
    body["subject"], body["html"], body["body_text"] = "Hello", None, "Hello {{ name | default: 'there' }}"


def hours(body):
    windows = body.get("contact_windows")
    for part in [body.get("business_hours"), *(windows.values() if isinstance(windows, dict) else [])]:
        if isinstance(part, dict):
            part["start"], part["end"] = "09:00", "24:00"


def bolna(body):
    body["secret"] = "bn-0123456789"


def whatsapp(body):
    body["config"], body["secret"] = {"phone_number_id": "106540352242922", "business_account_id": "102290129340398"}, "EAAG0123456789"


def email(body):
    config = body["config"]
    config["from"] = "hello@acme.example"
    for key in ["host", "port", "tls", "username", "configuration_set", "reply_to"]:
        config.pop(key, None)
    body.pop("secret", None)
    if config.get("mode") == "smtp":
        config["host"] = "smtp.acme.example"


REPAIRS = {
    "create-contact": contact,
    "change-contact": contact,
    "create-suppression": suppression,
    "create-import": an_import,
    "start-import": mapping,
    "create-export": export,
    "create-email-template": template,
    "change-email-template": template,
    "send-test-email": lambda body: body.update(to="asha@example.com"),
    "change-settings": hours,
    "connect-bolna": bolna,
    "connect-whatsapp": whatsapp,
    "connect-email": email,
}
