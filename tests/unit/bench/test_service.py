"""The measured service is found under the names that the program gives."""

from types import SimpleNamespace
from typing import Any

from bench.service import Service
from contract.names import Output
from contract.routes import FILE_SLA_ERROR, ROUTES
from tests.infra.conftest import declare


def test_environment_of_every_function_is_found_by_its_route() -> None:
    program = declare()
    variables = {
        function.inputs["name"]: function.inputs["environment"]["variables"]
        for function in program.all("Function")
    }
    functions = SimpleNamespace(
        get_function_configuration=lambda *, FunctionName: {  # noqa: N803 - the name is boto3's
            "Environment": {"Variables": variables[FunctionName]}
        }
    )
    aws: Any = SimpleNamespace(
        client=lambda _: functions, endpoint_url="http://127.0.0.1:1", region=program.exports[Output.REGION]
    )
    naive: Any = SimpleNamespace(environment={})
    service = Service(program.exports, aws, naive)
    for route in ROUTES:
        declared = program.one("Function", f"{route.key}-function")["environment"]["variables"]
        assert declared.items() <= service.function_environment(route.key).items()
    assert service.ours_environment == service.function_environment(FILE_SLA_ERROR.key)
