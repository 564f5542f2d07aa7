"""Records of Route 53, in zones that are there already."""

from typing import Any

from local.provider.resource import Aws, Created, Existing, Inputs, Lifecycle


def _record_set(inputs: Inputs) -> dict[str, Any]:
    record: dict[str, Any] = {"Name": inputs["name"], "Type": inputs["type"]}
    for alias in inputs.get("aliases", []):
        record["AliasTarget"] = {
            "DNSName": alias["name"],
            "HostedZoneId": alias["zoneId"],
            "EvaluateTargetHealth": alias["evaluateTargetHealth"],
        }
    if "records" in inputs:
        record |= {"TTL": inputs["ttl"], "ResourceRecords": [{"Value": value} for value in inputs["records"]]}
    return record


def _change(aws: Aws, action: str, inputs: Inputs) -> None:
    aws.client("route53").change_resource_record_sets(
        HostedZoneId=inputs["zoneId"],
        ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": _record_set(inputs)}]},
    )


def _create(aws: Aws, _name: str, inputs: Inputs) -> Created:
    _change(aws, "UPSERT" if inputs.get("allowOverwrite") else "CREATE", inputs)
    return Created(
        f"{inputs['zoneId']}_{inputs['name']}_{inputs['type']}", {"fqdn": inputs["name"].rstrip(".")}
    )


def _update(aws: Aws, _record: Existing, inputs: Inputs) -> None:
    _change(aws, "UPSERT", inputs)


def _delete(aws: Aws, record: Existing) -> None:
    _change(aws, "DELETE", record.state)


LIFECYCLES = {
    "aws:route53/record:Record": Lifecycle(
        _create, _delete, _update, replace_on=frozenset({"name", "setIdentifier", "type", "zoneId"})
    ),
}
