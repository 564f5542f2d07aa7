"""The emulator's process: ministack, with a log of the requests that it answered.

python -P local/emulator_process.py ACCESS_LOG

ministack leaves its server's access log off, and has no option for it; API Gateway's own access
log is among the things it does not play. Each line: `STATUS MICROSECONDS METHOD PATH`, after the
second in which it was answered (seconds since 1970).
"""

import logging
import sys

from hypercorn.config import Config
from ministack.app import main  # type: ignore[import-untyped]

LINE = "%(s)s %(D)s %(m)s %(U)s"


def _access_logger(path: str) -> logging.Logger:
    handler = logging.FileHandler(path)
    handler.setFormatter(logging.Formatter("%(created)d %(message)s"))
    logger = logging.getLogger("local.access")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    return logger


if __name__ == "__main__":
    Config.accesslog = _access_logger(sys.argv.pop())
    Config.access_log_format = LINE
    main()
