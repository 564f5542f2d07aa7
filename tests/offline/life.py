"""A local stack's whole life: `python -m tests.offline.life FOLDER`.

It runs where nothing but this machine can be reached. At the end it does what is denied, after it has printed
`lived`: a function of the emulator connects to elsewhere.
"""

import fcntl
import io
import json
import os
import shutil
import socket
import struct
import sys
import time
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import sync_playwright

from contract.names import LocalOutput
from local.processes import StateFolder
from local.stack import StackOptions, up
from tests.analyst import expect_signed_in, sign_in
from tests.conftest import CHROMIUM_ARGUMENTS, CHROMIUM_NAMES
from tests.running_stack import RunningStack
from tests.told import read_messages

LEDGER: Final = "FILE_SLA_NETWORK_LEDGER"
"""Names the file that every guarded process writes to; `guard/sitecustomize.py` spells it as well."""
OWN_NETWORK: Final = "FILE_SLA_OWN_NETWORK"
"""Set where the process is in a network of its own, which has no way out."""
LIVED: Final = "lived"
ELSEWHERE: Final = "192.0.2.1"
"""An address of nobody (RFC 5737)."""
_WAYS: Final = {"mail", "slack", "teams"}
_MESSAGES_SECONDS: Final = 240
_SIOCSIFFLAGS: Final = 0x8914
_UP: Final = 0x1 | 0x40
_PLANTED: Final = f"""
import socket
def handler(event, context):
    try:
        socket.create_connection(("{ELSEWHERE}", 443), timeout=5)
    except OSError as error:
        return str(error)
"""


def main(folder: Path) -> None:
    """Lives through it."""
    if OWN_NETWORK in os.environ:
        _bring_loopback_up()
    state = StateFolder(folder)
    outputs = up(state, StackOptions(), say=print)
    try:
        with closing(RunningStack(outputs, state.path)) as stack:
            _live(stack)
            print(LIVED, flush=True)
            print(_connect_elsewhere(stack), flush=True)
    finally:
        state.take_down()


def _live(stack: RunningStack) -> None:
    """What people do with a stack, and what it sends. The demo's own reports went in before."""
    _look_at_the_dashboard(stack)
    deadline = time.monotonic() + _MESSAGES_SECONDS
    while not {one["kind"] for one in read_messages(stack.outputs[LocalOutput.RECEIVER_URL])} >= _WAYS:
        if time.monotonic() > deadline:
            raise TimeoutError("the owners of the demo were not told")
        time.sleep(1)


def _look_at_the_dashboard(stack: RunningStack) -> None:
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if chromium is None:
        return
    # The browser is the test's, and no part of a stack.
    del os.environ[LEDGER]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_ARGUMENTS))
        page = browser.new_page(base_url=stack.dashboard_url)
        page.goto("/")
        sign_in(page, stack.analyst)
        expect_signed_in(page)
        browser.close()


def _connect_elsewhere(stack: RunningStack) -> Any:
    """What a function says of a connection that it tries to make."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as written:
        written.writestr("planted.py", _PLANTED)
    functions = stack.aws.client("lambda")
    role = functions.get_function(FunctionName=f"{stack.outputs['metrics_namespace']}-auth")["Configuration"][
        "Role"
    ]
    functions.create_function(
        FunctionName="planted", Runtime="python3.13", Role=role, Handler="planted.handler",
        Code={"ZipFile": package.getvalue()},
    )  # fmt: skip
    return json.loads(functions.invoke(FunctionName="planted")["Payload"].read())


def _bring_loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh", b"lo", _UP))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
