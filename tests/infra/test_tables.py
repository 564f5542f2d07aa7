"""The tables: keys, indexes, expiry and protection."""

import gzip
import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Final
from unittest.mock import AsyncMock

import pulumi
import pytest

from components import tables
from components.settings import Settings
from local.program import load_config
from store.incidents import IncidentAttribute
from tests.infra.conftest import Program
from tests.stands.own_loop import run_in_own_loop

MAX_INCLUDED = 20
"""Attributes that one index may include (NonKeyAttributes of DynamoDB's `Projection`)."""
MAX_INCLUDED_BY_ALL = 100
"""Attributes that all indexes of a table may include together; one that two indexes include counts twice."""
KEPT: Final = Path(__file__).parents[1] / "engine" / "kept"
"""The states of releases."""
TABLE: Final = "aws:dynamodb/table:Table"


def test_data_is_safe_and_runs_go_into_a_stream(program: Program) -> None:
    for table in program.inputs("Table"):
        assert table["billingMode"] == "PAY_PER_REQUEST"
        assert table["pointInTimeRecovery"] == {"enabled": True}
    assert program.one("Table", "runs-table")["streamViewType"] == "NEW_IMAGE"


def test_attributes_that_are_keys_are_declared_and_no_others(program: Program) -> None:
    # DynamoDB refuses attributes that are no key of anything.
    for table in program.inputs("Table"):
        schemas = [schema for one in table.get("globalSecondaryIndexes", []) for schema in one["keySchemas"]]
        keys = {schema["attributeName"] for schema in schemas}
        keys |= {index["rangeKey"] for index in table.get("localSecondaryIndexes", [])}
        keys |= {table[key] for key in ("hashKey", "rangeKey") if key in table}
        assert {one["name"]: one["type"] for one in table["attributes"]} == dict.fromkeys(keys, "S")


def test_an_index_that_names_what_it_copies_stays_within_dynamodbs_quota(program: Program) -> None:
    for table in program.inputs("Table"):
        indexes = [*table.get("globalSecondaryIndexes", []), *table.get("localSecondaryIndexes", [])]
        named = {index["name"]: index.get("nonKeyAttributes", []) for index in indexes}
        assert all(len(attributes) <= MAX_INCLUDED for attributes in named.values()), named
        assert sum(map(len, named.values())) <= MAX_INCLUDED_BY_ALL


def test_pages_find_all_that_they_show_in_the_index(program: Program) -> None:
    live = program.one("Table", "incidents-table")["globalSecondaryIndexes"][0]
    of_live_ones = set(IncidentAttribute) - {
        "RuleState", "LatestFolderKey", "EndedOn", "EndedAt", "ClearedAt", "ClearedBy", "ClearedBetween",
        "ExpiresAt", "History",
    }  # fmt: skip
    keys = {"Sender", "IncidentId", "LiveShard", "BreachedSince"}
    assert set(live["nonKeyAttributes"]) == of_live_ones - keys


@pytest.mark.parametrize("file", sorted(KEPT.glob("state-*.json.gz")), ids=lambda file: file.name)
def test_what_would_have_a_released_table_made_anew_is_as_it_was(program: Program, file: Path) -> None:
    state = json.loads(gzip.decompress(file.read_bytes()))["checkpoint"]["latest"]["resources"]
    tables = {one["urn"].split("::")[-1]: one["inputs"] for one in state if one["type"] == TABLE}
    assert len(tables) == 5
    for name, released in tables.items():
        for key in ("name", "hashKey", "rangeKey", "localSecondaryIndexes"):
            assert program.one("Table", name).get(key) == released.get(key), (name, key)
        # Nor may an index go that an older dashboard reads.
        kept, now = (_list_indexes(one) for one in (released, program.one("Table", name)))
        assert kept.items() <= now.items(), name


def _list_indexes(table: dict[str, Any]) -> dict[str, Any]:
    return {
        index["name"]: (
            index["projectionType"],
            sorted((one["keyType"], one["attributeName"]) for one in index["keySchemas"]),
        )
        for index in table.get("globalSecondaryIndexes", [])
    }


OURS: Final = {"Project": "file-sla", "Stack": "dev", "ManagedBy": "pulumi"}
NONE_THERE: Final = Exception("reading Dynamodb Table (FileSlaRuns): couldn't find resource")


@pytest.mark.parametrize(
    ("found", "refused", "said"),
    [
        (NONE_THERE, False, False),
        (Exception("AccessDeniedException: not authorized to perform: dynamodb:DescribeTable"), False, True),
        (Exception("no such host"), False, True),
        # One that an update made before it broke off.
        ({"tags": {**OURS, "CostCentre": "4711"}}, False, False),
        ({"tags": {**OURS, "Stack": "prod"}}, True, False),
        ({"tags": {}}, True, False),
    ],
)
def test_a_name_is_taken_by_what_has_other_tags_and_not_by_what_cannot_be_seen(
    monkeypatch: pytest.MonkeyPatch, program: Program, found: Any, refused: bool, said: bool
) -> None:
    told: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", told.append)
    look = AsyncMock(side_effect=[NONE_THERE, found, NONE_THERE, NONE_THERE, NONE_THERE])
    monkeypatch.setattr(pulumi.runtime, "invoke_async", look)
    config = {key.removeprefix("file-sla:"): value for key, value in load_config().items()}
    settings = Settings.model_validate({"project": "file-sla", "stack": "dev", **config})
    message = r"^FileSlaRuns: another stack, or something else .* pulumi config set file-sla:tableName NAME$"
    with pytest.raises(pulumi.RunError, match=message) if refused else nullcontext():
        run_in_own_loop(lambda: tables.refuse_taken_names(settings, None))
    assert ["FileSlaRuns is unknown" in one for one in told] == [True] * said
    asked = {call.args[1]["name"] for call in look.call_args_list}
    assert asked == {table["name"] for table in program.inputs("Table")}
