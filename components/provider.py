"""The AWS provider that makes every resource, and tags it."""

import pulumi
import pulumi_aws as aws

from components.settings import Settings


def use_provider(settings: Settings) -> pulumi.ResourceOptions:
    """Declares the provider, and returns the options that have a resource made by it."""
    provider = aws.Provider(
        "aws", region=settings.region, default_tags=aws.ProviderDefaultTagsArgs(tags=settings.tags)
    )
    return pulumi.ResourceOptions(provider=provider)
