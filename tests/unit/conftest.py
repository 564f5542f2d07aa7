"""AWS in memory, and the environment that the program gives the functions."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from contract.names import Variable
from handlers import auth, file_sla_error, incident_action, runtime
from store import dynamodb
from store.records import Attribute
from tests.stands.events import CLIENT_ID
from tests.stands.projection_tables import INCIDENTS, MESSAGES, RUNS, SENDERS, create_projection_tables

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient

REGION = "us-east-1"
TABLE = "FileSlaErrors"
NAMESPACE = "file-sla/test"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
        Variable.ALLOWED_ORIGIN: "https://ops.example.com",
        Variable.METRICS_NAMESPACE: NAMESPACE,
        Variable.TABLE_NAME: TABLE,
        Variable.RUNS_TABLE_NAME: RUNS,
        Variable.SENDERS_TABLE_NAME: SENDERS,
        Variable.INCIDENTS_TABLE_NAME: INCIDENTS,
        Variable.USER_POOL_CLIENT_ID: CLIENT_ID,
        Variable.RETENTION_DAYS: "0",
        Variable.RUN_RETENTION_DAYS: "35",
        Variable.NOTIFICATIONS_TABLE_NAME: MESSAGES,
        Variable.SENDER_INCIDENT_LIMIT: "1000",
        Variable.ACCOUNT_INCIDENT_LIMIT: "20000",
        Variable.NEW_SENDER_LIMIT: "2000",
        Variable.ACCOUNT_REPORT_LIMIT: "1200",
        Variable.DEAD_LETTERS_URL: "https://sqs.us-east-1.amazonaws.com/1/letters",
    }.items():
        monkeypatch.setenv(name, value)
    # Read from the environment on import, which a test is too late for.
    monkeypatch.setattr(runtime.metrics.provider, "namespace", NAMESPACE)
    yield
    # What the functions keep between invocations must not pass from test to test.
    for kept in (
        file_sla_error._environment,
        file_sla_error._client,
        file_sla_error._store,
        file_sla_error._refused,
        file_sla_error._taken,
        auth._user_pool,
        incident_action._parts,
    ):
        kept.cache_clear()


@pytest.fixture
def aws() -> Iterator[None]:
    """Every AWS service, empty."""
    with mock_aws():
        yield


@pytest.fixture
def table(aws: None) -> "DynamoDBClient":
    """Empty tables, keyed as the program keys them."""
    client = boto3.client("dynamodb", region_name=REGION)
    client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": Attribute.ERROR_ID, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": Attribute.ERROR_ID, "AttributeType": "S"}],
    )
    create_projection_tables(client)
    return client


@pytest.fixture
def small_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few writes are more than a transaction takes."""
    monkeypatch.setattr(dynamodb, "MAX_WRITES", 4)


def create_user_pool(client: "CognitoIdentityProviderClient") -> tuple[str, Any]:
    """The id of a user pool, and its confidential client."""
    pool_id = client.create_user_pool(PoolName="users")["UserPool"]["Id"]
    app = client.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName="api",
        GenerateSecret=True,
        ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )
    return pool_id, app["UserPoolClient"]


@pytest.fixture
def cognito(aws: None, monkeypatch: pytest.MonkeyPatch) -> "CognitoIdentityProviderClient":
    """A user pool with a confidential client, to which the auth function is pointed."""
    client = boto3.client("cognito-idp", region_name=REGION)
    pool_id, app = create_user_pool(client)
    secret = boto3.client("secretsmanager", region_name=REGION).create_secret(
        Name="client-secret", SecretString=app["ClientSecret"]
    )
    monkeypatch.setenv(Variable.USER_POOL_ID, pool_id)
    monkeypatch.setenv(Variable.USER_POOL_CLIENT_ID, app["ClientId"])
    monkeypatch.setenv(Variable.CLIENT_SECRET_ID, secret["ARN"])
    return client
