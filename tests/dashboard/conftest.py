"""An emulated AWS, a stand-in for the auth route, and the dashboard pointed at both."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.testing.v1 import AppTest

from dashboard.backend import backend, connect
from dashboard.settings import DashboardSettings
from store.records import Attribute
from tests.dashboard.clocks import StoppedClock
from tests.dashboard.fake_auth_api import FakeAuthApi, User, serving
from tests.dashboard.fake_table import REGION, TABLE, create_table
from tests.dashboard.projected import Projected, projecting
from tests.stands.projection_tables import INCIDENTS, SENDERS, create_projection_tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NAMESPACE = "file-sla-test"
PASSWORD = "a long password 1!"


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def auth_api() -> Iterator[FakeAuthApi]:
    with serving(FakeAuthApi(users={"ana": User(PASSWORD)})) as api:
        yield api


@pytest.fixture(scope="module")
def aws() -> Iterator[None]:
    """An emulated account. Once a module: making clients and tables takes longer than most tests."""
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "testing")
        yield


@pytest.fixture(scope="module")
def identity_pool_id(aws: None) -> str:
    pool = boto3.client("cognito-identity", region_name=REGION).create_identity_pool(
        IdentityPoolName="analysts", AllowUnauthenticatedIdentities=False
    )
    return pool["IdentityPoolId"]


@pytest.fixture(scope="module")
def dynamodb(aws: None) -> "DynamoDBClient":
    client = create_table()
    create_projection_tables(client)
    return client


@pytest.fixture
def store(dynamodb: "DynamoDBClient") -> Iterator[Callable[..., None]]:
    """Stores records, and takes them out again after the test."""
    stored: list[dict[str, Any]] = []

    def put(*items: dict[str, Any]) -> None:
        for item in items:
            dynamodb.put_item(TableName=TABLE, Item=item)
            stored.append(item)

    yield put
    for item in stored:
        dynamodb.delete_item(TableName=TABLE, Key={Attribute.ERROR_ID: item[Attribute.ERROR_ID]})


@pytest.fixture
def projected(dynamodb: "DynamoDBClient") -> Iterator[Projected]:
    """Senders and incidents, taken out again after the test."""
    with projecting(dynamodb) as projected:
        yield projected


@pytest.fixture
def settings(
    monkeypatch: pytest.MonkeyPatch, auth_api: FakeAuthApi, dynamodb: "DynamoDBClient", identity_pool_id: str
) -> Iterator[DashboardSettings]:
    """The dashboard's settings, in the environment, for the emulated service."""
    for name, value in {
        "API_URL": auth_api.url,
        "REGION": dynamodb.meta.region_name,
        "TABLE_NAME": TABLE,
        "SENDERS_TABLE_NAME": SENDERS,
        "INCIDENTS_TABLE_NAME": INCIDENTS,
        "USER_POOL_ID": f"{REGION}_pool",
        "IDENTITY_POOL_ID": identity_pool_id,
        "METRICS_NAMESPACE": NAMESPACE,
    }.items():
        monkeypatch.setenv(f"FILE_SLA_{name}", value)
    connect.cache_clear()
    yield DashboardSettings.read()
    connect.cache_clear()


@pytest.fixture
def app(settings: DashboardSettings) -> AppTest:
    """The dashboard, nobody signed in, in a browser in Berlin."""
    assert settings.table_name == TABLE
    app = AppTest.from_file("../../dashboard/app.py", default_timeout=120)
    app.context["timezone"] = "Europe/Berlin"
    # Without looking through every installed package for components: all of ours are the dashboard's own.
    app._bidi_component_manager = BidiComponentManager()
    return app


@pytest.fixture
def signed_in(app: AppTest) -> AppTest:
    """The dashboard with the analyst signed in, and no view drawn yet."""
    # Streamlit's test knows the pages only after a first run.
    app.run()
    tokens = backend().auth.sign_in("ana", PASSWORD)
    app.session_state["session_id"] = backend().admit(tokens)
    return app


def sign_in(app: AppTest, username: str = "ana", password: str = PASSWORD) -> AppTest:
    app.text_input[0].input(username)
    app.text_input[1].input(password)
    return app.button[0].click().run()
