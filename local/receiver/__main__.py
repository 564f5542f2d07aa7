"""The receiver's process: python -m local.receiver --port N --mails DIR --endpoint URL [--owners FILE]."""

import argparse
import asyncio
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

from contract.owners.reading import read_owners_file
from local.processes import HOST
from local.receiver.inbox import Inbox
from local.receiver.pages import make_app


def main() -> None:
    """Serves until the process is ended."""
    parser = argparse.ArgumentParser(prog="python -m local.receiver", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument(
        "--mails", type=Path, required=True, help="the folder that the emulator puts mails in"
    )
    parser.add_argument("--endpoint", required=True, help="URL of the emulator")
    parser.add_argument("--owners", type=Path, help="the owners' file, if the stack has one")
    arguments = parser.parse_args()
    owners = None if arguments.owners is None else read_owners_file(arguments.owners)
    config = Config()
    config.bind = [f"{HOST}:{arguments.port}"]
    app: Any = make_app(Inbox(owners, arguments.mails), arguments.endpoint)
    asyncio.run(serve(app, config))


if __name__ == "__main__":
    main()
