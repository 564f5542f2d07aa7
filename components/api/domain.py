"""A host name of the stack's own before the API."""

from dataclasses import dataclass
from typing import Final, Self

import pulumi
import pulumi_aws as aws

from components.api.rest_api import TLS_TERMS, RestApi, TlsTerms
from components.settings import Settings

_RECORD_SECONDS: Final = 300
"""How long resolvers keep the record that proves the name to be ours."""


@dataclass(frozen=True, kw_only=True)
class ApiDomainArgs:
    """The name, who vouches for it, and where it leads."""

    host: str
    zone_id: str
    """The hosted zone of the name; empty where its DNS is elsewhere."""
    certificate_arn: str
    """A certificate that is there already; empty where one is to be made in the zone."""
    tls: TlsTerms
    dual_stack: bool
    """Whether callers may come from IPv6 addresses."""
    rest_api_id: pulumi.Input[str]
    stage_name: pulumi.Input[str]

    @classmethod
    def of(cls, settings: Settings, api: RestApi) -> Self:
        """As the stack's settings want it."""
        return cls(
            host=settings.domain_name,
            zone_id=settings.domain_zone_id,
            certificate_arn=settings.domain_certificate_arn,
            tls=TLS_TERMS[settings.tls_policy],
            dual_stack=settings.takes_ipv6,
            rest_api_id=api.rest_api_id,
            stage_name=api.stage_name,
        )


class ApiDomain(pulumi.ComponentResource):
    """A regional domain name that leads to the API's stage.

    With a hosted zone, it creates the certificate with the record that proves it, waits until AWS has issued
    it, and makes the records that lead callers to the name. Without one, it takes a certificate that is
    there, and its record is for others to make.

    Exposes `url`, without a slash at its end, and `target`, the name that a record has to lead to.
    """

    def __init__(self, name: str, args: ApiDomainArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("file-sla:api:ApiDomain", name, None, opts)
        self._name = name
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        self.domain_name = aws.apigateway.DomainName(
            f"{name}-name",
            domain_name=args.host,
            regional_certificate_arn=args.certificate_arn or self._issue_certificate(),
            # Without IPv6 addresses among those that may call, a caller that had one would be refused for it.
            endpoint_configuration=aws.apigateway.DomainNameEndpointConfigurationArgs(
                types="REGIONAL", ip_address_type="dualstack" if args.dual_stack else "ipv4"
            ),
            security_policy=args.tls.security_policy,
            endpoint_access_mode=args.tls.endpoint_access_mode,
            opts=self._child,
        )
        mapping = aws.apigateway.BasePathMapping(
            f"{name}-mapping",
            domain_name=self.domain_name.domain_name,
            rest_api=args.rest_api_id,
            stage_name=args.stage_name,
            opts=self._child,
        )
        if args.zone_id:
            self._add_aliases(mapping)

        self.url: pulumi.Output[str] = pulumi.Output.concat("https://", mapping.domain_name)
        self.target: pulumi.Output[str] = self.domain_name.regional_domain_name
        self.register_outputs({"url": self.url, "target": self.target})

    def _issue_certificate(self) -> pulumi.Output[str]:
        """The ARN of a certificate of the zone's, known once AWS has issued it."""
        certificate = aws.acm.Certificate(
            f"{self._name}-certificate",
            domain_name=self._args.host,
            validation_method="DNS",
            opts=self._child,
        )
        proof = certificate.domain_validation_options[0]
        record = aws.route53.Record(
            f"{self._name}-proof",
            zone_id=self._args.zone_id,
            name=proof.resource_record_name,
            type=proof.resource_record_type,
            records=[proof.resource_record_value],
            ttl=_RECORD_SECONDS,
            # The same for every certificate that the account requests for the name.
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
        # Who is led to the name shall find the API behind it.
        opts = pulumi.ResourceOptions(parent=self, depends_on=[mapping])
        for kind in ("A", "AAAA") if self._args.dual_stack else ("A",):
            aws.route53.Record(
                f"{self._name}-{kind.lower()}",
                zone_id=self._args.zone_id,
                name=self._args.host,
                type=kind,
                aliases=[
                    aws.route53.RecordAliasArgs(
                        name=self.domain_name.regional_domain_name,
                        zone_id=self.domain_name.regional_zone_id,
                        evaluate_target_health=False,
                    )
                ],
                opts=opts,
            )
