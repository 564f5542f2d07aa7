"""What the routes answer, and what of it an analyst can be told."""

from collections.abc import Mapping
from typing import Any

import httpx

from dashboard.errors import InvalidInputError


def parse_object(response: httpx.Response) -> dict[str, Any]:
    """The body of an answer; empty where it is no object."""
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def translate_problems(answer: Mapping[str, Any]) -> InvalidInputError:
    """What a route found wrong with a request."""
    problems = [
        f"{error.get('field', 'The request')} {error.get('problem', 'is not valid')}: {error.get('hint', '')}"
        for error in answer.get("errors") or ()
        if isinstance(error, dict)
    ]
    return InvalidInputError(str(answer.get("message") or "The service refused what was typed."), problems)
