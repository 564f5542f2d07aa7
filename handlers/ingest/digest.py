"""What tells one report from another, whatever order the script sends it in."""

import hashlib
import json
from typing import Any, Final

from contract.moments import format_moment
from contract.report import Report, ReportedFolder, ReportedRun

_DIGEST_BYTES: Final = 16


def digest_report(report: Report) -> str:
    """A digest of all that the report says, but for when it was sent: in a retry, that is later.

    The script reads folders, files and keys from hash tables, so their order means nothing and differs from
    run to run. Reports that say the same have the same digest, and others, but for a miracle, another.
    """
    told = {
        "sla_error": sorted(_tell_folder(folder) for folder in report.sla_error),
        "run": report.run and _tell_run(report.run),
    }
    text = json.dumps(told, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()


def _tell_folder(folder: ReportedFolder) -> tuple[str, int, list[tuple[str, str]]]:
    files = sorted((file.filename, format_moment(file.creation_date)) for file in folder.files)
    return folder.folder, folder.sla, files


def _tell_run(run: ReportedRun) -> dict[str, Any]:
    told = run.model_dump(mode="json", exclude={"sent_at"})
    if told["folders"] is not None:
        told["folders"].sort(key=lambda folder: json.dumps(folder, sort_keys=True))
    return told
