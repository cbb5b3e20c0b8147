"""What JSON Schema cannot say of the API, for schemathesis.

A body that its schema lets pass may still be refused, for what only the values
together, or what is stored, can tell. Those refusals are listed here, by their
texts; any other is a failure.
"""

import os
import re

import schemathesis
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.generation.meta import TestPhase
from schemathesis.openapi.checks import RejectedPositiveData

schemathesis.openapi.format(
    "iana-time-zone", st.sampled_from(["Asia/Kolkata", "Asia/Kathmandu", "Europe/Berlin", "America/St_Johns", "UTC"])
)

BEYOND_SCHEMAS = [
    re.compile(text)
    for text in [
        # Values of one body against each other.
        r"Action orders must be unique within a flow",
        r"Both business_hours_start and business_hours_end are required when use_custom_business_hours is true",
        r"business_hours_start must be before business_hours_end",
        r"Invalid timezone identifier",
        r"Priority values must be unique",
        r"Flow \S+ is named twice",
        r"condition_value (is required|must be .+|must list .+) for \w+",
        r"condition_value must be null for a step that always runs",
        r"condition_value must be two numbers separated by a comma, the lower first, for between",
        r"custom_field_name is required for (custom|contact)_field",
        r"custom_field_name must be one of .+ for contact_field",
        r"from must not be after to",
        r"cursor and offset cannot be used together",
        r"cursor must be a next_cursor of this list",
        # The body against what is stored.
        r"Priority \d+ is already assigned to another flow",
        r"A tenant can have at most 1000 flows",
        r"outcomes\.\d+ (names no action of the flow|is about a wait, .+|must be one of .+)",
        r"tenantid is another tenant's",
    ]
]


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Keep a failure unless it is one of the refusals above."""
    if not isinstance(failure, RejectedPositiveData) or response.status_code != 400:
        return True
    if "None" in (case.path_parameters or {}).values():
        return False  # a link that schemathesis inferred from an id that was null
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
    body = case.body
    if isinstance(body, dict):
        if "contact_id" in body:
            body["contact_id"] = os.environ["CONTRACT_CONTACT"]
        for flow in [body, *items(body, "flows")]:
            mend(flow)
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
