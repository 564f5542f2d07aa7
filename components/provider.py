"""The AWS provider that creates and tags every resource."""

import inspect
from typing import Any, Final, get_args

import pulumi
import pulumi_aws as aws
from pydantic.alias_generators import to_camel

from components.checks import explain_unknown_keys
from components.manifest import Manifest
from components.settings import Settings

_PARAMETERS: Final = {
    name: parameter
    for name, parameter in inspect.signature(aws.ProviderArgs.__init__).parameters.items()
    if name != "__self__"
}
_OURS: Final = ("region", "default_tags")
_SECRET: Final = ("access_key", "secret_key", "token")


def use_provider(settings: Settings, manifest: Manifest) -> pulumi.ResourceOptions:
    """Declares the provider, and returns the options with which a component uses it.

    It has the user's configuration of `aws:` (profile, assumed roles, allowed accounts, endpoints and so on),
    which only the default provider gets by itself, and the user's tags beside ours. The manifest records what
    the component and its children declare.

    Raises:
        pulumi.RunError: a key of `aws:` is none of the provider's. With a misspelled `allowedAccountIds` the
            guard against the wrong account would be off.
    """
    if problems := explain_unknown_keys("aws", [to_camel(name) for name in _PARAMETERS]):
        raise pulumi.RunError("\n  ".join(["The stack's configuration is wrong:", *problems]))
    provider = aws.Provider(
        "aws",
        region=settings.region,
        default_tags=aws.ProviderDefaultTagsArgs(tags={**_read_tags(), **settings.tags}),
        **_read_configured(),
    )
    return pulumi.ResourceOptions(provider=provider, transformations=[manifest.record])


def _read_configured() -> dict[str, Any]:
    config = pulumi.Config("aws")
    configured: dict[str, Any] = {}
    for name, parameter in _PARAMETERS.items():
        key = to_camel(name)
        if name in _OURS or config.get(key) is None:
            continue
        if name in _SECRET:
            configured[name] = config.require_secret(key)
        elif str in get_args(parameter.annotation):
            configured[name] = config.require(key)
        else:
            # Lists and objects, numbers and booleans travel as JSON.
            configured[name] = config.require_object(key)
    return configured


def _read_tags() -> dict[str, str]:
    given: dict[str, Any] = pulumi.Config("aws").get_object("defaultTags") or {}
    tags: dict[str, str] = given.get("tags") or {}
    return tags
