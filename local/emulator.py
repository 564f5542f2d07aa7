"""The ministack emulator of AWS, with IAM enforced."""

import os
from pathlib import Path

from contract.names import LOCAL_KEY
from local.processes import HOST, ProcessId, StateFolder

ROOT_CREDENTIALS = {"AWS_ACCESS_KEY_ID": LOCAL_KEY, "AWS_SECRET_ACCESS_KEY": LOCAL_KEY}

_SCRIPT = Path(__file__).with_name("emulator_process.py")


def access_log(folder: Path) -> Path:
    """The file in which the emulator of a folder logs the requests that it answered."""
    return folder / "access.log"


def mails_folder(folder: Path) -> Path:
    """The folder in which it keeps the mails that were sent, each in a file."""
    return folder / "mails"


def start_emulator(port: int, folder: Path, region: str, *, persist: bool = False) -> ProcessId:
    """Starts the emulator on a port of the loopback interface, and returns when it answers.

    Args:
        port: its port.
        folder: for its log, its temporary files, and its state if that is kept.
        region: the region that it plays.
        persist: keep the state when it is stopped, and start from what was kept.

    Raises:
        DidNotStartError: it did not start; the end of its log is in the message.
    """
    scratch = folder / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    environment = {
        **ROOT_CREDENTIALS,
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "AUTH": "true",
        "MINISTACK_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        # Killed Lambda workers leave their code behind; here it is removed with the folder.
        "TMPDIR": str(scratch),
        "PERSIST_STATE": "1" if persist else "0",
        "STATE_DIR": str(folder / "state"),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    # -P, and no PYTHONPATH: its functions must find what is in their packages, and nothing else.
    files = [str(path.resolve()) for path in (_SCRIPT, mails_folder(folder), access_log(folder))]
    health = f"http://{HOST}:{port}/_ministack/health"
    return StateFolder(folder).start("emulator", ["-P", *files], environment, health)
