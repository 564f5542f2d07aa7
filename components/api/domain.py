"""A host name of the stack's own for the API."""

from typing import Final

import pulumi
import pulumi_aws as aws

from components.api.rest_api import TLS_TERMS, RestApi
from components.settings import Settings

_RECORD_SECONDS: Final = 300
"""How long resolvers cache the record that proves ownership of the name."""


class ApiDomain(pulumi.ComponentResource):
    """A regional domain name that is mapped to the API's stage.

    With a hosted zone, it creates a certificate with the record that validates it, waits until AWS has issued
    it, and creates the records of the name. Without one, it uses an existing certificate, and others create
    the record.

    Exposes `url`, without a slash at its end, and `target`, the name that a record must point to.
    """

    def __init__(
        self, name: str, settings: Settings, api: RestApi, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("file-sla:api:ApiDomain", name, None, opts)
        self._name = name
        self._settings = settings
        self._child = pulumi.ResourceOptions(parent=self)
        security_policy, access_mode = TLS_TERMS[settings.tls_policy]
        self.domain_name = aws.apigateway.DomainName(
            f"{name}-name",
            domain_name=settings.domain_name,
            regional_certificate_arn=settings.domain_certificate_arn or self._issue_certificate(),
            # Where no IPv6 address may call, a caller that used one would be refused.
            endpoint_configuration={
                "types": "REGIONAL",
                "ip_address_type": "dualstack" if settings.takes_ipv6 else "ipv4",
            },
            security_policy=security_policy,
            endpoint_access_mode=access_mode,
            opts=self._child,
        )
        mapping = aws.apigateway.BasePathMapping(
            f"{name}-mapping",
            domain_name=self.domain_name.domain_name,
            rest_api=api.rest_api_id,
            stage_name=api.stage.stage_name,
            opts=self._child,
        )
        if settings.domain_zone_id:
            self._add_aliases(mapping)

        self.url: pulumi.Output[str] = pulumi.Output.concat("https://", mapping.domain_name)
        self.target: pulumi.Output[str] = self.domain_name.regional_domain_name
        self.register_outputs({"url": self.url, "target": self.target})

    def _issue_certificate(self) -> pulumi.Output[str]:
        """The ARN of a new certificate, known once AWS has issued it."""
        certificate = aws.acm.Certificate(
            f"{self._name}-certificate",
            domain_name=self._settings.domain_name,
            validation_method="DNS",
            opts=self._child,
        )
        proof = certificate.domain_validation_options[0]
        record = aws.route53.Record(
            f"{self._name}-proof",
            zone_id=self._settings.domain_zone_id,
            name=proof.resource_record_name,
            type=proof.resource_record_type,
            records=[proof.resource_record_value],
            ttl=_RECORD_SECONDS,
            # The account's other certificates for the name share this record.
            allow_overwrite=True,
            opts=self._child,
        )
        issued = aws.acm.CertificateValidation(
            f"{self._name}-issued",
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn],
            opts=self._child,
        )
        return issued.certificate_arn

    def _add_aliases(self, mapping: aws.apigateway.BasePathMapping) -> None:
        target = aws.route53.RecordAliasArgs(
            name=self.domain_name.regional_domain_name,
            zone_id=self.domain_name.regional_zone_id,
            evaluate_target_health=False,
        )
        for kind in ("A", "AAAA") if self._settings.takes_ipv6 else ("A",):
            aws.route53.Record(
                f"{self._name}-{kind.lower()}",
                zone_id=self._settings.domain_zone_id,
                name=self._settings.domain_name,
                type=kind,
                aliases=[target],
                # The name must not resolve before the API is behind it.
                opts=pulumi.ResourceOptions(parent=self, depends_on=[mapping]),
            )
