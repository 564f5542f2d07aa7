"""One entry a folder, where a report names the same one more than once."""

from collections.abc import Sequence

from contract.report import ReportedFolder


def merge_folders(folders: Sequence[ReportedFolder]) -> list[ReportedFolder]:
    """The folders, each exact spelling once: its files together, each once, and the smaller SLA.

    The order is that in which they are first named.
    """
    merged: dict[str, ReportedFolder] = {}
    for folder in folders:
        before = merged.get(folder.folder)
        merged[folder.folder] = folder if before is None else _join(before, folder)
    return list(merged.values())


def _join(one: ReportedFolder, other: ReportedFolder) -> ReportedFolder:
    files = list(dict.fromkeys([*one.files, *other.files]))
    return one.model_copy(update={"sla": min(one.sla, other.sla), "files": files})
