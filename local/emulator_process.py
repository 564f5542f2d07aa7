"""The emulator's process: ministack, with a log of what it answered, and with the calls that it lacks.

python -P local/emulator_process.py MAILS ACCESS_LOG

ministack leaves its server's access log off, and has no option for it; API Gateway's own access
log is among the things it does not play. Each line: `STATUS MICROSECONDS METHOD PATH`, after the
second in which it was answered (seconds since 1970).

It takes the KMS key of a log group at its creation, and knows no calls that change it later. Those for a
second secret of an app client are in `emulator_client_secrets.py`, and what it lacks of SES is in
`emulator_mails.py`, which keeps each mail in the folder MAILS.
"""

import json
import logging
import runpy
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from hypercorn.config import Config
from ministack.app import main  # type: ignore[import-untyped]
from ministack.core.responses import error_response_json, json_response  # type: ignore[import-untyped]
from ministack.services import cloudwatch_logs  # type: ignore[import-untyped]

LINE = "%(s)s %(D)s %(m)s %(U)s"
_KEY_CALLS: Final = {"AssociateKmsKey", "DisassociateKmsKey"}

_Answer = Callable[[str, str, Any, bytes, Any], Awaitable[Any]]


def _access_logger(path: str) -> logging.Logger:
    handler = logging.FileHandler(path)
    handler.setFormatter(logging.Formatter("%(created)d %(message)s"))
    logger = logging.getLogger("local.access")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    return logger


def _with_key_calls(answer: _Answer) -> _Answer:
    """CloudWatch Logs that also takes another key for a log group, or none."""

    async def answer_all(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        if headers.get("x-amz-target", "").rpartition(".")[-1] not in _KEY_CALLS:
            return await answer(method, path, headers, body, query)
        request = json.loads(body)
        group = cloudwatch_logs._log_groups.get(request["logGroupName"])  # noqa: SLF001 - there is no other way
        if group is None:
            return error_response_json("ResourceNotFoundException", "The log group does not exist.", 400)
        group["kmsKeyId"] = request.get("kmsKeyId")
        return json_response({})

    return answer_all


if __name__ == "__main__":
    Config.accesslog = _access_logger(sys.argv.pop())
    Config.access_log_format = LINE
    cloudwatch_logs.handle_request = _with_key_calls(cloudwatch_logs.handle_request)
    # By their paths: what this process finds by name, the functions that it runs find too.
    here = Path(__file__).parent
    runpy.run_path(str(here / "emulator_client_secrets.py"))["install"]()
    runpy.run_path(str(here / "emulator_mails.py"))["install"](Path(sys.argv.pop()))
    main()
