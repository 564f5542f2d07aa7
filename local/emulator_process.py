"""The emulator's process: ministack with an access log, and with the calls that it lacks.

python -P local/emulator_process.py MAILS ACCESS_LOG

ministack switches its server's access log off, without an option, and does not play API Gateway's own. Each
line is `SECOND STATUS MICROSECONDS METHOD PATH`; SECOND is the time of the answer in seconds since 1970.

ministack takes the KMS key of a log group when the group is created, and has no calls that change it later.
The calls for a second secret of an app client are in `emulator_client_secrets.py`. What it lacks of SES is in
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
    """Adds the calls that give a log group another key, or none."""

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
    # By path: what this process can import by name, the functions that it runs can import, too.
    here = Path(__file__).parent
    runpy.run_path(str(here / "emulator_client_secrets.py"))["install"]()
    runpy.run_path(str(here / "emulator_mails.py"))["install"](Path(sys.argv.pop()))
    main()
