"""What the engine did, or would do, step by step."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Self

from pulumi.automation import EngineEvent, OpType, StepEventMetadata

from contract.names import MADE_ANEW
from ops.check_preview import LOST_WITH

KEEPERS: Final = LOST_WITH.keys()
"""The types of resources that hold data or people, or without which those are lost."""
_GOING = {OpType.DELETE, OpType.DELETE_REPLACED, OpType.REPLACE}


@dataclass(frozen=True)
class Step:
    op: OpType
    type: str
    name: str
    inputs: tuple[str, ...]
    """The inputs that changed."""
    retained: bool
    """Whether the engine forgets the resource and leaves it where it is."""

    @classmethod
    def of(cls, step: StepEventMetadata) -> Self:
        retained = bool(step.old and step.old.retain_on_delete)
        return cls(step.op, step.type, step.urn.rsplit("::", 1)[-1], tuple(step.diffs or ()), retained)

    @property
    def takes_away(self) -> bool:
        """Whether the resource that was there is gone after it."""
        return self.op in _GOING and not self.retained


@dataclass
class Plan:
    """The steps of one run in their order, the resources that stay as they are left out."""

    steps: list[Step] = field(default_factory=list)

    def listener(self, *, done: bool) -> Callable[[EngineEvent], None]:
        """Collects the steps of a run: those that are done, or those that are announced."""

        def listen(event: EngineEvent) -> None:
            found = event.res_outputs_event if done else event.resource_pre_event
            if found and found.metadata.op != OpType.SAME and not found.metadata.type.startswith("pulumi:"):
                self.steps.append(Step.of(found.metadata))

        return listen

    @property
    def lost(self) -> list[str]:
        """The keepers that are taken away, by name; not those that the configuration replaces."""
        gone = (step for step in self.steps if step.takes_away and step.type in KEEPERS)
        return [step.name for step in gone if step.name not in MADE_ANEW]
