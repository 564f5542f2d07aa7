"""What the program asks of the account it is deployed to, beside its resources."""

from typing import Any

from local.provider.resource import ACCOUNT


class UnknownCallError(Exception):
    """The program asks what the local stack does not answer."""

    def __init__(self, token: str) -> None:
        super().__init__(f"The local stack does not answer {token}. Add it to local/provider/calls.py.")


def answer_call(token: str) -> dict[str, Any]:
    """What the AWS provider would answer.

    Args:
        token: of Pulumi's function.

    Raises:
        UnknownCallError: the local stack does not know it.
    """
    if token != "aws:index/getCallerIdentity:getCallerIdentity":
        raise UnknownCallError(token)
    return {
        "accountId": ACCOUNT,
        "arn": f"arn:aws:iam::{ACCOUNT}:root",
        "id": ACCOUNT,
        "userId": ACCOUNT,
    }
