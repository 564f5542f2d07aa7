"""What becomes of reports in the tables of senders and incidents: through API, stream, sweep and back."""

from http import HTTPStatus
from uuid import uuid4

from store.incidents import IncidentAttribute
from store.runs import ProblemAttribute
from store.senders import OWN_PART, REFUSED_PART, SenderAttribute
from tests.stands.servers import FOLDER, Server, minutes_ago, ran, stuck, wait


def test_a_run_in_two_parts_is_applied_as_one_after_a_sweep(server: Server) -> None:
    run_id = str(uuid4())
    server.report(stuck(minutes_ago(100)), run=ran(id=run_id, part=1, parts=2, folders=[{"folder": FOLDER}]))
    wait(lambda: server.parts().get(OWN_PART))
    server.sweep()
    assert server.incidents() == []
    second = stuck(minutes_ago(70), folder=r"E:\Else")
    server.report(second, run=ran(id=run_id, part=2, parts=2, folders=[{"folder": r"E:\Else"}]))
    settled = server.wait_until_settled(runs=1)
    assert settled.parts[OWN_PART][SenderAttribute.OPEN] == {"N": "2"}
    assert {one[IncidentAttribute.FOLDER]["S"] for one in settled.incidents} == {FOLDER, r"E:\Else"}


def test_a_refused_report_is_shown_with_its_sender(server: Server) -> None:
    broken = {**stuck(minutes_ago(100)), "sla": "20 minutes"}
    assert server.post(broken, address="10.9.0.7") == HTTPStatus.UNPROCESSABLE_ENTITY
    refused = wait(lambda: server.parts().get(REFUSED_PART))
    assert refused[SenderAttribute.SENDER_NAME] == {"S": server.name}
    assert refused[SenderAttribute.SOURCE_ADDRESS] == {"S": "10.9.0.7"}
    [problem] = refused[SenderAttribute.PROBLEMS]["L"]
    assert problem["M"][ProblemAttribute.FIELD]["S"].endswith("sla")
    assert problem["M"][ProblemAttribute.HINT]["S"]
    assert server.incidents() == []
