"""Where the Pulumi CLI is, on a machine that has one."""

import re
import shutil
from pathlib import Path

from pulumi.automation import PulumiCommand

from contract.names import ROOT

_MODULE = Path(__file__).with_name("cli") / "go.mod"


def built_version() -> str:
    """The version that `make pulumi` builds."""
    found = re.search(
        r"^\s*(?:require )?github\.com/pulumi/pulumi/pkg/v3 v(\S+)", _MODULE.read_text(), re.MULTILINE
    )
    assert found, f"{_MODULE} does not say which version of Pulumi to build"
    return found[1]


def find_cli() -> PulumiCommand | None:
    """The CLI that was built here, else the one on the PATH.

    Raises:
        automation.InvalidVersionError: it is too old for the Automation API.
    """
    built = ROOT / ".build" / f"pulumi-{built_version()}"
    if (built / "bin" / "pulumi").exists():
        return PulumiCommand(root=str(built))
    return PulumiCommand() if shutil.which("pulumi") else None
