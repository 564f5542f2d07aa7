"""Domain names of API Gateway, and what they lead to."""

from local.provider.resource import Aws, Created, Existing, Inputs, Lifecycle, given, hold


def _create_name(aws: Aws, _name: str, inputs: Inputs) -> Created:
    endpoint = inputs["endpointConfiguration"]
    created = aws.client("apigateway").create_domain_name(
        domainName=inputs["domainName"],
        endpointConfiguration={
            "types": [endpoint["types"]],
            **given(endpoint, ipAddressType="ipAddressType"),
        },
        **given(
            inputs,
            regionalCertificateArn="regionalCertificateArn",
            securityPolicy="securityPolicy",
            endpointAccessMode="endpointAccessMode",
        ),
    )
    return Created(
        created["domainName"],
        {
            "regionalDomainName": created["regionalDomainName"],
            "regionalZoneId": created["regionalHostedZoneId"],
        },
    )


def _update_name(aws: Aws, name: Existing, inputs: Inputs) -> None:
    # The emulator changes a name through the newer API alone, which knows no access mode.
    hold(name, inputs, "endpointAccessMode")
    endpoint = inputs["endpointConfiguration"]
    aws.client("apigatewayv2").update_domain_name(
        DomainName=name.id,
        DomainNameConfigurations=[
            {
                "CertificateArn": inputs["regionalCertificateArn"],
                "EndpointType": endpoint["types"],
                **given(endpoint, IpAddressType="ipAddressType"),
                **given(inputs, SecurityPolicy="securityPolicy"),
            }
        ],
    )


def _delete_name(aws: Aws, name: Existing) -> None:
    aws.client("apigateway").delete_domain_name(domainName=name.id)


def _create_mapping(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("apigateway").create_base_path_mapping(
        domainName=inputs["domainName"], restApiId=inputs["restApi"], stage=inputs["stageName"]
    )
    return Created(f"{inputs['domainName']}/")


def _delete_mapping(aws: Aws, mapping: Existing) -> None:
    aws.client("apigateway").delete_base_path_mapping(
        domainName=mapping.state["domainName"], basePath="(none)"
    )


LIFECYCLES = {
    "aws:apigateway/basePathMapping:BasePathMapping": Lifecycle.put(
        _create_mapping, _delete_mapping, "domainName"
    ),
    "aws:apigateway/domainName:DomainName": Lifecycle(
        _create_name,
        _delete_name,
        _update_name,
        replace_on=frozenset({"domainName"}),
        stays=frozenset({"endpointConfiguration", "securityPolicy"}),
    ),
}
