"""How it is known that something reported is no longer so.

The script reports what is stuck and is silent about the rest, so a breach ends by being left out
of a later report. Which later report counts is decided here.
"""

import pandas as pd

_REPORT = ["detected_at", "reported_by"]


def find_clearing_reports(last_sightings: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """For each sighting, the first later report that would have named it again and does not.

    Two kinds of reports count: one that names the folder, and one by the same sender that does
    not. Reports with missing parts do not count: what they leave out may be in the missing part.

    Args:
        last_sightings: one row per file or folder: its `folder`, `reported_by` and `last_seen`.
        records: every record of the time looked at.

    Returns:
        With the index of `last_sightings`: `by_folder` and `by_sender`, the moment of the first report of
        either kind, or NaT.
    """
    senders = infer_senders(records)
    complete = records.groupby(_REPORT)["complete"].transform("all")
    counted = records.assign(sender=senders)[complete].sort_values("detected_at")
    sender_of = pd.Series(
        senders.to_numpy(), index=pd.MultiIndex.from_frame(records[["reported_by", "folder"]])
    )
    keys = pd.MultiIndex.from_frame(last_sightings[["reported_by", "folder"]])
    asked = last_sightings.assign(sender=sender_of[~sender_of.index.duplicated()].reindex(keys).to_numpy())
    return pd.DataFrame(
        {
            "by_folder": _next_after(asked, counted, "folder"),
            "by_sender": _next_after(asked, counted, "sender"),
        },
        index=last_sightings.index,
    )


def infer_senders(records: pd.DataFrame) -> "pd.Series[int]":
    """Which script each report comes from, as a number that means nothing else.

    Several servers may share one account, and a report does not say which of them sent it. But a
    script watches a fixed set of folders and names several at once: folders that one account has
    named together belong to one script, and so do those linked through others. Folders never
    linked may be of different servers, so the one's report says nothing about the other.
    """
    nodes = records.groupby(["reported_by", "folder"], sort=True).ngroup()
    first = nodes.groupby([records[name] for name in _REPORT]).transform("min")
    parents = list(range(int(nodes.max()) + 1)) if len(nodes) else []

    def root(node: int) -> int:
        while parents[node] != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    for one, other in pd.DataFrame({"one": first, "other": nodes}).drop_duplicates().itertuples(index=False):
        parents[root(other)] = root(one)
    roots = pd.Series([root(node) for node in range(len(parents))], dtype="int64")
    return pd.Series(roots.reindex(nodes).to_numpy(), index=records.index, dtype="int64")


def _next_after(asked: pd.DataFrame, counted: pd.DataFrame, by: str) -> "pd.Series[pd.Timestamp]":
    found = pd.merge_asof(
        asked[[by, "last_seen"]].reset_index(names="row").sort_values("last_seen"),
        counted[[by, "detected_at"]],
        left_on="last_seen",
        right_on="detected_at",
        by=by,
        direction="forward",
        allow_exact_matches=False,
    )
    return found.set_index("row")["detected_at"]
