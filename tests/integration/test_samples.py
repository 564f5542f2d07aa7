"""Every recorded report through the gateway, byte for byte, and out of the table again."""

import json
from collections import Counter
from pathlib import Path

import pytest

from store.records import Attribute, FileAttribute
from tests.running_stack import RunningStack

SAMPLES = sorted((Path(__file__).parents[1] / "samples").glob("*.json"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_sample_is_stored_as_it_was_sent(stack: RunningStack, sample: Path) -> None:
    body = sample.read_bytes()
    sent = Counter(
        (breach["folder"], file["filename"])
        for breach in json.loads(body)["sla_error"]
        for file in breach["files"]
    )
    answer = stack.report(body, stack.token(stack.reporter))
    assert answer.status_code == 200, answer.text
    stored: Counter[tuple[str, str]] = Counter()
    for error_id in answer.json()["error_ids"]:
        record = stack.aws.client("dynamodb").get_item(
            TableName=stack.table_name, Key={Attribute.ERROR_ID: {"S": error_id}}
        )["Item"]
        stored.update(
            (record[Attribute.FOLDER]["S"], file["M"][FileAttribute.FILENAME]["S"])
            for file in record[Attribute.FILES]["L"]
        )
    assert stored == sent
