"""What can keep an action from being done."""

from contract.answers import IncidentAnswer, IncidentNow, SenderAnswer, SenderNow
from contract.metrics import Reason
from handlers.web.errors import ServiceError


class NotKnownError(ServiceError):
    """What is to be acted on is not known, or no more."""

    status = 404
    reason = Reason.NOT_KNOWN


class NotSoError(ServiceError):
    """The incident is not, or no longer, what the action says; the answer tells how it is."""

    status = 409
    reason = Reason.NOT_SO

    def __init__(self, message: str, incident: IncidentNow) -> None:
        super().__init__(message)
        self.incident = incident

    def body(self) -> IncidentAnswer:
        """The message, and the incident as it is."""
        return IncidentAnswer(message=self.message, incident=self.incident)


class SenderNotSoError(ServiceError):
    """The sender is not what the action says; the answer tells how it is."""

    status = 409
    reason = Reason.NOT_SO

    def __init__(self, message: str, sender: SenderNow) -> None:
        super().__init__(message)
        self.sender = sender

    def body(self) -> SenderAnswer:
        """The message, and the sender as it is."""
        return SenderAnswer(message=self.message, sender=self.sender)
