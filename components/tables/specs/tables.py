"""The tables of a stack, for those who work with several of them."""

from dataclasses import dataclass

from components.tables.data_table import DataTable


@dataclass(frozen=True, kw_only=True)
class Tables:
    """All of them."""

    errors: DataTable
    runs: DataTable
    senders: DataTable
    incidents: DataTable
    messages: DataTable
