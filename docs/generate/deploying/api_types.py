"""The types of the API: what takes requests, and what stands before it."""

from collections.abc import Mapping
from typing import Final

from docs.generate.deploying.permissions import NAMES, Grant, Permissions, service_linked_role

_APIS: Final = ["arn:aws:apigateway:*::/restapis", "arn:aws:apigateway:*::/restapis/*"]
_DOMAINS: Final = ["arn:aws:apigateway:*::/domainnames", "arn:aws:apigateway:*::/domainnames/*"]
_TAGS: Final = Grant(
    actions=["apigateway:DELETE", "apigateway:POST", "apigateway:PUT"],
    resources=["arn:aws:apigateway:*::/tags/*"],
)
_STAGES: Final = ["arn:aws:apigateway:*::/restapis/*/stages/*"]
_ACL: Final = [f"arn:aws:wafv2:*:*:regional/webacl/{NAMES}/*"]
_READ: Final = ["apigateway:GET"]
_WHOLE: Final = Permissions(
    on=_APIS,
    read=_READ,
    create=["apigateway:POST", "apigateway:PUT"],
    update=["apigateway:PATCH", "apigateway:PUT"],
    delete=["apigateway:DELETE"],
)
"""A part of an API. Its id is API Gateway's, and no name or tag tells one API's parts from another's."""

API_TYPES: Final[Mapping[str, Permissions]] = {
    "aws:apigateway/account:Account": Permissions(
        on=["arn:aws:apigateway:*::/account"], read=_READ, create=["apigateway:PATCH"]
    ),
    **{
        f"aws:apigateway/{kind[0].lower()}{kind[1:]}:{kind}": _WHOLE
        for kind in (
            "Authorizer",
            "Deployment",
            "Integration",
            "IntegrationResponse",
            "Method",
            "MethodResponse",
            "MethodSettings",
            "Model",
            "RequestValidator",
            "Resource",
            "Response",
        )
    },
    "aws:apigateway/restApi:RestApi": Permissions(
        on=_APIS,
        read=_READ,
        create=["apigateway:POST"],
        update=["apigateway:PATCH", "apigateway:PUT"],
        delete=["apigateway:DELETE"],
        also=[_TAGS],
    ),
    "aws:apigateway/restApiPolicy:RestApiPolicy": Permissions(
        on=_APIS, read=_READ, create=["apigateway:UpdateRestApiPolicy"], update=["apigateway:PATCH"]
    ),
    "aws:apigateway/stage:Stage": Permissions(
        on=_APIS,
        read=_READ,
        create=["apigateway:POST"],
        update=["apigateway:PATCH"],
        delete=["apigateway:DELETE"],
        also=[_TAGS],
    ),
    "aws:wafv2/webAcl:WebAcl": Permissions(
        on=_ACL,
        read=["wafv2:GetWebACL", "wafv2:ListTagsForResource"],
        create=["wafv2:CreateWebACL"],
        update=["wafv2:UpdateWebACL"],
        delete=["wafv2:DeleteWebACL"],
        tag=["wafv2:TagResource", "wafv2:UntagResource"],
        also=[
            # WAF asks for the rule groups of AWS that a web ACL names as well.
            Grant(
                actions=["wafv2:CreateWebACL", "wafv2:UpdateWebACL"],
                resources=["arn:aws:wafv2:*:*:regional/managedruleset/*/*"],
            )
        ],
    ),
    "aws:wafv2/webAclAssociation:WebAclAssociation": Permissions(
        on=[*_ACL, *_STAGES],
        read=["wafv2:GetWebACLForResource"],
        create=["wafv2:AssociateWebACL"],
        also=[Grant(actions=["apigateway:SetWebACL", "wafv2:DisassociateWebACL"], resources=_STAGES)],
    ),
    "aws:apigateway/domainName:DomainName": Permissions(
        on=_DOMAINS,
        read=_READ,
        create=["apigateway:POST", "apigateway:AddCertificateToDomain"],
        update=["apigateway:PATCH"],
        delete=["apigateway:DELETE", "apigateway:RemoveCertificateFromDomain"],
        also=[
            _TAGS,
            # API Gateway makes a role of its own the first time that an account has a domain name.
            service_linked_role("ops.apigateway.amazonaws.com"),
        ],
    ),
    "aws:apigateway/basePathMapping:BasePathMapping": Permissions(
        on=_DOMAINS,
        read=_READ,
        create=["apigateway:POST"],
        update=["apigateway:PATCH"],
        delete=["apigateway:DELETE"],
    ),
    "aws:acm/certificate:Certificate": Permissions(
        on=["arn:aws:acm:*:*:certificate/*"],
        read=["acm:DescribeCertificate", "acm:ListTagsForCertificate"],
        create=["acm:RequestCertificate"],
        update=["acm:UpdateCertificateOptions"],
        delete=["acm:DeleteCertificate"],
        tag=["acm:AddTagsToCertificate", "acm:RemoveTagsFromCertificate"],
    ),
    "aws:acm/certificateValidation:CertificateValidation": Permissions(
        on=["arn:aws:acm:*:*:certificate/*"], read=["acm:DescribeCertificate"]
    ),
    "aws:route53/record:Record": Permissions(
        on=["arn:aws:route53:::hostedzone/*"],
        read=["route53:GetHostedZone", "route53:ListResourceRecordSets"],
        create=["route53:ChangeResourceRecordSets"],
        also=[Grant(actions=["route53:GetChange"], resources=["arn:aws:route53:::change/*"])],
    ),
}
