"""What becomes of reports in the tables of senders and incidents: through API, stream, sweep and back."""

from http import HTTPStatus

from store.senders import REFUSED_PART, SenderAttribute
from tests.stands.servers import Server, minutes_ago, stuck, wait


def test_a_refused_report_is_shown_with_its_sender(server: Server) -> None:
    broken = {**stuck(minutes_ago(100)), "sla": "20 minutes"}
    assert server.post(broken, address="10.9.0.7") == HTTPStatus.UNPROCESSABLE_ENTITY
    refused = wait(lambda: server.parts().get(REFUSED_PART))
    assert refused[SenderAttribute.SENDER_NAME] == {"S": server.name}
    assert refused[SenderAttribute.SOURCE_ADDRESS] == {"S": "10.9.0.7"}
    [problem] = refused[SenderAttribute.PROBLEMS]["L"]
    assert problem["M"]["Field"]["S"].endswith("sla")
    assert problem["M"]["Hint"]["S"]
    assert server.incidents() == []
