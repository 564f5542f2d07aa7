"""Turns a function that answers a request into a Lambda handler that always answers well."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import wraps
from http import HTTPStatus
from typing import Any

from contract.answers import FAULT, Fault, Message
from contract.routes import RouteSpec
from handlers.runtime import allowed_origin, count_request, logger, metrics
from handlers.web.errors import ServiceError
from handlers.web.requests import Event, read_request_id

Answer = Callable[[Event, Any], Message]
LambdaHandler = Callable[[Event, Any], dict[str, Any]]


def endpoint(
    route: RouteSpec, on_refusal: Callable[[ServiceError], None] = lambda _: None
) -> Callable[[Answer], LambdaHandler]:
    """Decorates a function from (event, context) to the body of a 200.

    A `ServiceError` becomes its own status after `on_refusal` has seen it; anything else is
    our fault: it is logged in full, and the caller gets a 500 that holds the request id only.
    """

    def decorate(answer: Answer) -> LambdaHandler:
        @wraps(answer)
        def handler(event: Event, context: Any) -> dict[str, Any]:
            # A run that died half way must not leave its counts to the next one.
            metrics.clear_metrics()
            logger.append_keys(route=route.path, request_id=read_request_id(event))
            status, body, headers = _respond(answer, event, context, on_refusal)
            logger.info("answered", extra={"status": status})
            count_request(route.path, status)
            return {
                "statusCode": status,
                "headers": {
                    "Content-Type": "application/json",
                    "Cache-Control": "no-store",
                    "Access-Control-Allow-Origin": allowed_origin(),
                    **headers,
                },
                "body": json.dumps(asdict(body), ensure_ascii=False),
            }

        return handler

    return decorate


def _respond(
    answer: Answer, event: Event, context: Any, on_refusal: Callable[[ServiceError], None]
) -> tuple[int, Message, Mapping[str, str]]:
    try:
        return HTTPStatus.OK, answer(event, context), {}
    except ServiceError as error:
        # Only names: a message may quote the caller's input.
        logger.warning(
            "refused",
            extra={"error": type(error).__name__, "reason": error.reason, "cause": _name_cause(error)},
        )
        on_refusal(error)
        body = error.body()
        if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            body = Fault(message=error.message, request_id=read_request_id(event))
        return error.status, body, error.headers()
    except Exception:  # noqa: BLE001 - the last line of defence: the gateway would leak the text
        logger.exception("failed")
        fault = Fault(message=FAULT, request_id=read_request_id(event))
        return HTTPStatus.INTERNAL_SERVER_ERROR, fault, {}


def _name_cause(error: ServiceError) -> str | None:
    """AWS's code for the failure behind ours, or the name of another failure."""
    cause = error.__cause__
    if cause is None:
        return None
    response = getattr(cause, "response", None) or {}
    return str(response.get("Error", {}).get("Code") or type(cause).__name__)
