"""The receiver's process: `python -m local.receiver --port N --mails DIR --endpoint URL [--owners FILE]`."""

import argparse
import asyncio
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

from contract.owners.file import read_owners_file
from local.processes import HOST
from local.receiver.app import make_app
from local.receiver.inbox import Inbox
from local.receiver.mails import MailFolder
from local.receiver.readers import Readers


def main() -> None:
    """Serves until it is ended."""
    parser = argparse.ArgumentParser(prog="python -m local.receiver", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--mails", type=Path, required=True, help="the folder of mails")
    parser.add_argument("--endpoint", required=True, help="the emulator")
    parser.add_argument("--owners", type=Path, help="the file of the owners, if there are any")
    arguments = parser.parse_args()
    readers = Readers(None if arguments.owners is None else read_owners_file(arguments.owners))
    inbox = Inbox(MailFolder(arguments.mails, readers).messages)
    config = Config()
    config.bind = [f"{HOST}:{arguments.port}"]
    app: Any = make_app(inbox, readers, arguments.endpoint)
    asyncio.run(serve(app, config))


if __name__ == "__main__":
    main()
