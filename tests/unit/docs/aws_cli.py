"""The AWS CLI's part: its arguments turned into calls of botocore, by botocore's own names.

The commands of a page run in a real shell, where `aws` only notes how it was called.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore import xform_name
from botocore.model import Shape

_NOTED = "AWS_CALLS"
_AWS = f"""#!{sys.executable}
import json, os, sys
with open(os.environ["{_NOTED}"], "a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
"""
_PARSERS: dict[str, Callable[[str], Any]] = {
    "string": str,
    "integer": int,
    "structure": json.loads,
    "map": json.loads,
    "list": json.loads,
}


def run_commands(script: str, folder: Path) -> list[Any]:
    """Runs a script of the page, and returns what each call of the CLI in it would have answered."""
    aws, calls = folder / "aws", folder / "calls"
    aws.write_text(_AWS)
    aws.chmod(0o700)
    calls.write_text("")
    bash = shutil.which("bash")
    assert bash, "the pages' commands want bash"
    subprocess.run(
        [bash, "-euc", script],
        env={"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", _NOTED: str(calls)},
        check=True,
        timeout=60,
    )
    return [_call(json.loads(line)) for line in calls.read_text().splitlines()]


def _call(arguments: Sequence[str]) -> Any:
    service, operation, *options = arguments
    client: Any = boto3.client(service)  # type: ignore[call-overload]
    method = operation.replace("-", "_")
    shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method]).input_shape
    given = dict(_read_options(options, shape))
    query = given.pop("query", None)
    assert given.pop("output", "json") in {"json", "text"}
    if not client.can_paginate(method):
        assert query is None, "ask for a query of a single answer's text only once it is needed here"
        return getattr(client, method)(**given)
    pages = client.get_paginator(method).paginate(**given)
    return list(pages.search(query)) if query else pages.build_full_result()


def _read_options(options: Sequence[str], shape: Shape) -> Iterator[tuple[str, Any]]:
    """Names and values as the client wants them; what neither it nor the CLI itself knows is an error."""
    members = {f"--{xform_name(name, '-')}": (name, member) for name, member in shape.members.items()}  # type: ignore[attr-defined]
    rest = iter(options)
    for option in rest:
        if option in {"--query", "--output"}:
            yield option.removeprefix("--"), next(rest)
            continue
        positive = option.replace("--no-", "--", 1)
        name, member = members[option if option in members else positive]
        if member.type_name == "boolean":
            yield name, option in members
        else:
            yield name, _PARSERS[member.type_name](next(rest))
