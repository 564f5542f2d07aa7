from typing import Any

import pulumi
import pytest

from local.stack_config import load_config
from tests.infra.conftest import declare


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("retentionDays", -3, "greater than or equal to 0"),
        ("retentionDays", "soon", "valid integer"),
        ("logRetentionDays", 8, "one of 1, 3, 5, 7"),
        ("functionMemoryMb", 64, "greater than or equal to 128"),
        ("functionTarget", "mips", "'arm64', 'x86_64' or 'host'"),
        ("corsOrigin", "ops.example.com", "an origin such as"),
        ("corsOrigin", "https://ops.example.com/app", "without a path"),
        ("alarmEmail", "nobody", "e-mail address"),
        ("deletionProtection", "perhaps", "valid boolean"),
        ("tableName", "a b", "pattern"),
        ("authRateLimit", 0, "greater than or equal to 1"),
        ("latencyAlarmMs", 60_000, "less than or equal to 29000"),
    ],
)
def test_wrong_value_is_refused_before_anything_is_declared(key: str, value: Any, rule: str) -> None:
    with pytest.raises(pulumi.RunError) as refused:
        declare(**{key: value})
    message = str(refused.value)
    assert f"file-sla:{key} is {str(value)!r}" in message
    assert rule in message


def test_every_wrong_value_is_told_at_once() -> None:
    with pytest.raises(pulumi.RunError) as refused:
        declare(retentionDays=-1, authRateLimit=0)
    assert "retentionDays" in str(refused.value)
    assert "authRateLimit" in str(refused.value)


def test_every_setting_has_a_default() -> None:
    assert load_config("dev").keys() >= {"aws:region", "file-sla:retentionDays", "file-sla:corsOrigin"}


def test_a_misspelt_key_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(pulumi.RunError) as refused:
        declare(retentionDay=90, x=1)
    message = str(refused.value)
    assert "file-sla:retentionDay is no key of this program. Did you mean file-sla:retentionDays?" in message
    assert "file-sla:x is no key of this program. Remove it" in message
