from tests.infra.conftest import Program, declare


def test_keys_and_indexes_are_the_fixed_ones(program: Program) -> None:
    table = program.one("Table")
    assert table["name"] == "FileSlaErrors"
    assert table["hashKey"] == "ErrorId"
    assert "rangeKey" not in table
    assert {a["name"]: a["type"] for a in table["attributes"]} == {
        "ErrorId": "S",
        "Folder": "S",
        "AffectedDate": "S",
    }
    assert {
        index["name"]: (
            index["projectionType"],
            *((key["attributeName"], key["keyType"]) for key in index["keySchemas"]),
        )
        for index in table["globalSecondaryIndexes"]
    } == {
        "AffectedDateIndex": ("ALL", ("AffectedDate", "HASH"), ("Folder", "RANGE")),
        "FolderIndex": ("ALL", ("Folder", "HASH"), ("AffectedDate", "RANGE")),
    }


def test_data_is_safe(program: Program) -> None:
    table = program.one("Table")
    assert table["billingMode"] == "PAY_PER_REQUEST"
    assert table["pointInTimeRecovery"] == {"enabled": True}
    # Always encrypted: under a key that AWS owns, or the stack's own.
    assert table["serverSideEncryption"] == {"enabled": False}


def test_dev_stack_can_be_destroyed_and_others_by_default_cannot(program: Program) -> None:
    assert program.one("Table")["deletionProtectionEnabled"] is False
    assert declare(deletionProtection=True).one("Table")["deletionProtectionEnabled"] is True


def test_records_expire_only_where_a_retention_is_set(program: Program) -> None:
    assert program.one("Table")["ttl"] == {"attributeName": "ExpiresAt", "enabled": True}
    forever = declare(retentionDays=0)
    assert forever.one("Table")["ttl"]["enabled"] is False
    variables = forever.one("Function", "file-sla-error-function")["environment"]["variables"]
    assert variables["RETENTION_DAYS"] == "0"
