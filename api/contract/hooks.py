"""What JSON Schema cannot say of the API, for schemathesis.

A body that its schema lets pass may still be refused, for what only the values
together, or what is stored, can tell. Those refusals are listed here, by their
texts; any other is a failure.
"""

import re

import schemathesis
from hypothesis import strategies as st
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
    answer = response.json()
    texts = [detail["message"] for detail in answer.get("details", [])] or [answer["error"]]
    return not all(any(known.fullmatch(text) for known in BEYOND_SCHEMAS) for text in texts)
