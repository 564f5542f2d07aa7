"""Certificates of AWS Certificate Manager. The emulator issues each at once, whatever its DNS says."""

from local.provider.resource import Aws, Created, Existing, Inputs, Lifecycle


def _request(aws: Aws, _name: str, inputs: Inputs) -> Created:
    client = aws.client("acm")
    arn = client.request_certificate(
        DomainName=inputs["domainName"], ValidationMethod=inputs["validationMethod"]
    )["CertificateArn"]
    described = client.describe_certificate(CertificateArn=arn)["Certificate"]
    return Created(
        arn,
        {
            "arn": arn,
            "domainValidationOptions": [
                {
                    "domainName": option["DomainName"],
                    "resourceRecordName": option["ResourceRecord"]["Name"],
                    "resourceRecordType": option["ResourceRecord"]["Type"],
                    "resourceRecordValue": option["ResourceRecord"]["Value"],
                }
                for option in described["DomainValidationOptions"]
            ],
        },
    )


def _delete(aws: Aws, certificate: Existing) -> None:
    aws.client("acm").delete_certificate(CertificateArn=certificate.id)


def _await_issue(aws: Aws, _name: str, inputs: Inputs) -> Created:
    arn = inputs["certificateArn"]
    aws.client("acm").get_waiter("certificate_validated").wait(CertificateArn=arn)
    return Created(arn, {"certificateArn": arn})


def _forget(_aws: Aws, _validation: Existing) -> None:
    """Nothing was made: a validation is the waiting for one."""


LIFECYCLES = {
    "aws:acm/certificate:Certificate": Lifecycle(_request, _delete),
    "aws:acm/certificateValidation:CertificateValidation": Lifecycle(_await_issue, _forget),
}
