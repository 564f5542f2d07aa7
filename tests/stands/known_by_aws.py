"""What AWS alone would know of a resource, for providers that create none."""

from typing import Any, Final

_TEXTS: Final = (
    "arn", "clientSecret", "endpoint", "executionArn", "fqdn", "invokeArn", "invokeUrl", "regionalDomainName",
    "regionalZoneId", "rootResourceId", "streamArn", "url",
)  # fmt: skip


def outputs_of(resource_type: str, name: str) -> dict[str, Any]:
    """Every output that some resource has, each naming the resource that it comes from.

    `name` is what no other resource is called.
    """
    outputs: dict[str, Any] = {output: f"{output}-of-{name}" for output in _TEXTS}
    if resource_type == "aws:kms/key:Key":
        # The program reads the account from this one.
        outputs["arn"] = f"arn:aws:kms:us-east-1:123456789012:key/id-of-{name}"
    if resource_type == "aws:acm/certificate:Certificate":
        outputs["domainValidationOptions"] = [
            {"resourceRecordName": "_proof.", "resourceRecordType": "CNAME", "resourceRecordValue": "aws."}
        ]
    return outputs
