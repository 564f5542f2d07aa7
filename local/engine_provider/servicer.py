"""The provider's side of the engine's protocol."""

from collections.abc import Callable
from typing import Any, TypeVar

import grpc
from botocore.exceptions import BotoCoreError, ClientError
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import ResourceProviderServicer, plugin_pb2, provider_pb2

from local.engine_provider.values import for_creators, to_dict, to_struct
from local.provider import Aws, Existing, UnknownResourceError, create, delete, lifecycle, update
from local.provider.autonaming import fill_in_name
from local.provider.calls import UnknownCallError, answer_call
from local.provider.difference import difference, settle
from local.provider.resource import CannotChangeError, ProtectedError

_Answer = TypeVar("_Answer")
_REFUSED = (
    BotoCoreError,
    CannotChangeError,
    ClientError,
    ProtectedError,
    UnknownCallError,
    UnknownResourceError,
)


class Provider(ResourceProviderServicer):
    """Plays the AWS provider before one emulator."""

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url
        self._region = ""

    def Handshake(self, request: Any, context: Any) -> Any:
        """Nothing but plain values is understood."""
        return provider_pb2.ProviderHandshakeResponse()

    def CheckConfig(self, request: Any, context: Any) -> Any:
        """Any configuration is right."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        """Another region means other resources, as with the real provider."""
        moved = to_dict(request.olds).get("region") != to_dict(request.news).get("region")
        return provider_pb2.DiffResponse(
            replaces=["region"] if moved else [], diffs=["region"] if moved else []
        )

    def Configure(self, request: Any, context: Any) -> Any:
        """Learns the region; secrets are to arrive unwrapped."""
        self._region = to_dict(request.args)["region"]
        return provider_pb2.ConfigureResponse(acceptSecrets=False, supportsPreview=True)

    def Check(self, request: Any, context: Any) -> Any:
        """Inputs of a type that is known are taken as they are, with a name where they have none."""
        _answer(context, lambda: lifecycle(request.type, request.name))
        inputs = fill_in_name(request.type, request.name, to_dict(request.olds), to_dict(request.news))
        return provider_pb2.CheckResponse(inputs=to_struct(inputs))

    def Diff(self, request: Any, context: Any) -> Any:
        """Says which inputs became others, and whether that needs another resource."""
        found = _answer(
            context,
            lambda: difference(
                lifecycle(request.type, request.name),
                to_dict(request.olds),
                to_dict(request.old_inputs),
                to_dict(request.news),
            ),
        )
        some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=some if found.changed else none,
            diffs=sorted(found.changed),
            replaces=sorted(found.replacing),
            deleteBeforeReplace=found.delete_first,
        )

    def Create(self, request: Any, context: Any) -> Any:
        """Creates a resource; before it exists, its inputs are all that is known."""
        inputs = to_dict(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        created = _answer(
            context, lambda: create(self._aws, request.type, request.name, for_creators(inputs))
        )
        return provider_pb2.CreateResponse(id=created.id, properties=to_struct({**inputs, **created.outputs}))

    def Update(self, request: Any, context: Any) -> Any:
        """Changes a resource in place."""
        cycle = lifecycle(request.type, request.name)
        state, old_inputs = to_dict(request.olds), to_dict(request.old_inputs)
        inputs = settle(cycle, state, to_dict(request.news))
        after = {name: value for name, value in state.items() if name not in old_inputs} | inputs
        if not request.preview:
            changed = difference(cycle, state, old_inputs, inputs).changed
            wanted = for_creators(inputs)
            # An archive that is the same for the engine is the same for the updater as well.
            before = for_creators(state) | {name: wanted[name] for name in wanted if name not in changed}
            after |= _answer(
                context, lambda: update(self._aws, request.type, Existing(request.id, before), wanted)
            )
        return provider_pb2.UpdateResponse(properties=to_struct(after))

    def Delete(self, request: Any, context: Any) -> Any:
        """Deletes a resource."""
        existing = Existing(request.id, for_creators(to_dict(request.properties)))
        _answer(context, lambda: delete(self._aws, request.type, existing))
        return Empty()

    def Invoke(self, request: Any, context: Any) -> Any:
        """Answers what the program asks of the account."""
        return provider_pb2.InvokeResponse(
            **{"return": to_struct(_answer(context, lambda: answer_call(request.tok)))}
        )

    def Cancel(self, request: Any, context: Any) -> Any:
        """Does nothing: what has begun is soon done."""
        return Empty()

    def Attach(self, request: Any, context: Any) -> Any:
        """Does nothing: the provider answers the engine, and never calls it."""
        return Empty()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        """Any version will do: the engine takes what it finds."""
        return plugin_pb2.PluginInfo()

    @property
    def _aws(self) -> Aws:
        return Aws(self._endpoint_url, self._region)


def _answer(context: grpc.ServicerContext, work: Callable[[], _Answer]) -> _Answer:
    """What the work returns; what AWS or we refuse becomes the engine's error for that resource."""
    try:
        return work()
    except _REFUSED as refusal:
        context.abort(grpc.StatusCode.UNKNOWN, str(refusal))
        raise  # not reached: aborting has raised
