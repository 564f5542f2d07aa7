"""The emulator's process: ministack with an access log, and with the calls that it lacks.

python -P local/emulator_process.py MAILS ACCESS_LOG

ministack switches its server's access log off, without an option, and does not play API Gateway's own. Each
line is `SECOND STATUS MICROSECONDS METHOD PATH`; SECOND is the time of the answer in seconds since 1970.

The calls for a second secret of an app client are in `emulator_client_secrets.py`. What it lacks of SES is in
`emulator_mails.py`, which keeps each mail in the folder MAILS.
"""

import logging
import runpy
import sys
from pathlib import Path

from hypercorn.config import Config
from ministack.app import main  # type: ignore[import-untyped]


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
    Config.access_log_format = "%(s)s %(D)s %(m)s %(U)s"
    # By path: what this process can import by name, the functions that it runs can import, too.
    here = Path(__file__).parent
    runpy.run_path(str(here / "emulator_client_secrets.py"))["install"]()
    runpy.run_path(str(here / "emulator_mails.py"))["install"](Path(sys.argv.pop()))
    main()
