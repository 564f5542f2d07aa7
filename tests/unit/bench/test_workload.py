from typing import TYPE_CHECKING

from bench.workload import ReportShape, our_event
from handlers.file_sla_error import handler
from tests.stands.events import CLIENT_ID, LambdaContext
from tests.unit.conftest import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def test_report_that_is_measured_is_one_that_is_stored(table: "DynamoDBClient") -> None:
    assert handler(our_event(ReportShape(2, 3), CLIENT_ID), LambdaContext())["statusCode"] == 200
    assert table.scan(TableName=TABLE)["Count"] == 2
