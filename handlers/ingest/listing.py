"""Whether a run's list of folders and what is stuck in them go together."""

from contract.answers import FieldProblem
from contract.folders import folder_key
from contract.report import Report
from contract.values import shorten_path
from handlers.web.errors import InvalidBodyError


def check_listing(report: Report) -> None:
    """Holds the folders in breach against those that the run looked at.

    Where a list is there, a folder that it lacks is taken for one that nobody watches any more. So one that
    is in breach must be in it. Of a run in several parts, it may be in the list of another.

    Raises:
        InvalidBodyError: a folder of `sla_error` is not in `run.folders`.
    """
    run = report.run
    if run is None or run.folders is None or run.parts > 1:
        return
    listed = {folder_key(folder.folder) for folder in run.folders}
    problems = [
        FieldProblem(
            f"sla_error[{position}].folder",
            f"is not in run.folders: {shorten_path(folder.folder)}",
            "list every folder that the run looked at, or leave run.folders out",
        )
        for position, folder in enumerate(report.sla_error)
        if folder_key(folder.folder) not in listed
    ]
    if problems:
        raise InvalidBodyError(problems)
