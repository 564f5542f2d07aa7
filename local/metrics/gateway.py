"""What API Gateway publishes, from the log of the requests that the emulator answered.

The log knows of every answer, those included that the gateway gives itself: 422 for a body that
is no JSON, 401 for a bad token, 403, 429. `IntegrationLatency` is not published: nothing
tells the gateway's share of a request from the function's.

Lambda's `Errors` comes from here too. Where a function did not answer, the gateway answers 502, and
no function answers 502 itself. The functions' logs are less sure: on a busy machine the emulator
files the last lines of one invocation under the next.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from http import HTTPStatus
from pathlib import Path

from contract.metrics import (
    FunctionDimension,
    FunctionMetric,
    GatewayDimension,
    GatewayMetric,
    Namespace,
    build_gateway_dimensions,
)
from local.metrics.data import Sample, Series
from local.provider import Aws

_LINE = re.compile(
    r"(?P<moment>\d+) (?P<status>\d{3}) (?P<micros>\d+) (?P<method>[A-Z]+) "
    r"/restapis/(?P<api>[a-z0-9]+)/(?P<stage>[^/]+)/_user_request_(?P<path>/.*)\n"
)


class GatewayMetrics:
    """The samples of each request to a REST API, once."""

    def __init__(self, aws: Aws, access_log: Path) -> None:
        self._aws = aws
        self._access_log = access_log
        self._position = 0

    def new_samples(self) -> Iterator[Sample]:
        """Those of the requests answered since the last call."""
        with self._access_log.open(newline="\n", errors="replace") as log:
            log.seek(self._position)
            while (line := log.readline()).endswith("\n"):
                self._position = log.tell()
                request = _LINE.fullmatch(line)
                if request and request["api"] in self._apis:
                    yield from self._samples(request)

    def _samples(self, request: re.Match[str]) -> Iterator[Sample]:
        api_name, functions = self._apis[request["api"]]
        dimensions: list[dict[str, str]] = [
            {GatewayDimension.API: api_name},
            build_gateway_dimensions(api_name, request["stage"]),
        ]
        # Nothing is published by method of a path that the API does not have.
        route = (request["method"], request["path"])
        if route in functions:
            of_route: dict[str, str] = {
                GatewayDimension.METHOD: route[0],
                GatewayDimension.RESOURCE: route[1],
            }
            dimensions.append({**dimensions[-1], **of_route})
        status, moment = int(request["status"]), float(request["moment"])
        if function := functions.get(route):
            under_function: dict[str, str] = {FunctionDimension.FUNCTION: function}
            errors = Series.of(Namespace.LAMBDA, FunctionMetric.ERRORS, under_function)
            yield Sample(errors, int(status == HTTPStatus.BAD_GATEWAY), moment)
        # A zero beside every success: thus the average of an error metric is its rate.
        values = {
            GatewayMetric.COUNT: (1, "Count"),
            GatewayMetric.CLIENT_ERRORS: (int(400 <= status < 500), "Count"),
            GatewayMetric.SERVER_ERRORS: (int(status >= 500), "Count"),
            GatewayMetric.LATENCY: (round(int(request["micros"]) / 1000), "Milliseconds"),
        }
        for under in dimensions:
            for name, (value, unit) in values.items():
                yield Sample(Series.of(Namespace.API_GATEWAY, name, under, unit), value, moment)

    @cached_property
    def _apis(self) -> dict[str, tuple[str, dict[tuple[str, str], str | None]]]:
        """Name of each API, and the function behind each of its methods and paths, by the API's id.

        The program has made them all before the first request.
        """
        client = self._aws.client("apigateway")
        return {
            api["id"]: (
                api["name"],
                {
                    (method, resource["path"]): _function(details.get("methodIntegration", {}).get("uri", ""))
                    for resource in client.get_resources(restApiId=api["id"], embed=["methods"])["items"]
                    for method, details in resource.get("resourceMethods", {}).items()
                },
            )
            for api in client.get_rest_apis()["items"]
        }


def _function(uri: str) -> str | None:
    found = re.search(r":function:([^:/]+)", uri)
    return found[1] if found else None
