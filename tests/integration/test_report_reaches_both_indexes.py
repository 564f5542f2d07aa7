"""A report posted as the script sends it is found by folder and by date, by an analyst."""

from pathlib import Path
from typing import Any

import pytest

from store.records import Attribute, FileAttribute, Index
from tests.running_stack import RunningStack


@pytest.mark.parametrize(
    ("sample", "folder", "filenames"),
    [
        (
            "report-powershell-5.1.json",
            r"C:\Jobs\sample_monitored_folders\Folder_A",
            ["file_01.test", "file_02.test"],
        ),
        ("report-powershell-7.json", "/srv/jobs/Folder_C", ["file_04.test", "relatório março.csv"]),
    ],
)
def test_sample_is_found_through_both_indexes(
    stack: RunningStack, samples: Path, sample: str, folder: str, filenames: list[str]
) -> None:
    answer = stack.report((samples / sample).read_bytes(), stack.token(stack.reporter))
    assert answer.status_code == 200, answer.text
    error_ids = answer.json()["error_ids"]
    table = stack.client_as(stack.token(stack.analyst), "dynamodb")

    by_folder = _query(table, stack, Index.FOLDER, Attribute.FOLDER, folder)
    record = next(item for item in by_folder if item[Attribute.ERROR_ID]["S"] in error_ids)
    assert [f["M"][FileAttribute.FILENAME]["S"] for f in record[Attribute.FILES]["L"]] == filenames
    assert record[Attribute.REPORTED_BY]["S"] == "reporter"

    hour = record[Attribute.AFFECTED_DATE]["S"]
    by_date = _query(table, stack, Index.AFFECTED_DATE, Attribute.AFFECTED_DATE, hour)
    assert record in by_date
    assert set(error_ids) <= {item[Attribute.ERROR_ID]["S"] for item in by_date}


def _query(
    table: Any, stack: RunningStack, index: str, partition_key: str, value: str
) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = table.query(
        TableName=stack.table_name,
        IndexName=index,
        KeyConditionExpression="#key = :value",
        ExpressionAttributeNames={"#key": partition_key},
        ExpressionAttributeValues={":value": {"S": value}},
    )["Items"]
    return items
