"""A provider for the real engine that creates nothing: it records what it is asked for, and echoes it."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from threading import Lock
from typing import Any, Final

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import ResourceProviderServicer, plugin_pb2, provider_pb2, provider_pb2_grpc

from local.processes import HOST
from local.program import answer_call
from tests.engine.provider_rules import RULES, compare, fill_in_name, keep_left_out
from tests.stands.known_by_aws import outputs_of

_MAX_MESSAGE_BYTES: Final = 400 * 1024 * 1024
"""What the engine itself allows."""
_NEW_EACH_TIME: Final = re.compile(r"(?<=~)\d+|(?<=-)[0-9a-f]{7}\b")
"""The number at the end of an id, and what makes a made-up name unique."""


@dataclass(frozen=True)
class Recorded:
    """A resource as AWS would have it."""

    id: str
    type: str
    name: str
    """What the program calls it."""
    state: Mapping[str, Any]
    """Its inputs and outputs."""

    @property
    def physical_name(self) -> Any:
        """What AWS calls it, where its name is an input."""
        return next(filter(None, map(self.state.get, ("name", "alarmName", "dashboardName"))), None)


Account = Mapping[str, Recorded]
"""Everything in an account, by id."""


class RecordingProvider(ResourceProviderServicer):
    """Stands for AWS's provider and one account behind it. Tests watch it, and can have it stumble."""

    def __init__(self) -> None:
        self.created: Counter[str] = Counter()
        """How often each resource was created, by its URN."""
        self._account: dict[str, Recorded] = {}
        self._numbers = count(1)
        self._lock = Lock()
        self.stumble: tuple[int, Callable[[], None]] | None = None
        """After how many creations the next one fails, once, and what happens then."""

    @property
    def account(self) -> Account:
        with self._lock:
            return dict(self._account)

    def state_of(self, name: str) -> Mapping[str, Any]:
        """The state of the only resource that the program calls by this name."""
        [found] = [one.state for one in self.account.values() if one.name == name]
        return found

    def change(self, name: str, **state: Any) -> None:
        """Changes a resource behind the engine's back."""
        with self._lock:
            [found] = [one for one in self._account.values() if one.name == name]
            self._account[found.id] = replace(found, state={**found.state, **state})

    def Handshake(self, request: Any, context: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse()

    def CheckConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.DiffResponse()

    def Configure(self, request: Any, context: Any) -> Any:
        """Has secrets arrive unwrapped."""
        return provider_pb2.ConfigureResponse(acceptSecrets=False, supportsPreview=True)

    def Check(self, request: Any, context: Any) -> Any:
        """Takes the inputs of a type that is known, with a name where they have none."""
        if request.type not in RULES:
            context.abort(
                grpc.StatusCode.UNKNOWN, f"Add {request.type} to RULES in tests/engine/provider_rules.py."
            )
        inputs = fill_in_name(request.type, request.name, _to_dict(request.olds), _to_dict(request.news))
        return provider_pb2.CheckResponse(inputs=_to_struct(inputs))

    def Diff(self, request: Any, context: Any) -> Any:
        found = compare(
            request.type, _to_dict(request.olds), _to_dict(request.old_inputs), _to_dict(request.news)
        )
        some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=some if found.changed else none,
            diffs=sorted(found.changed),
            replaces=sorted(found.replacing),
            deleteBeforeReplace=found.delete_first,
        )

    def Create(self, request: Any, context: Any) -> Any:
        """Records a resource, unless it is time to stumble or another one has its name."""
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        inputs = _to_dict(request.properties)
        with self._lock:
            stumble = self.stumble and self.stumble[0] == self.created.total() and self.stumble[1]
            if stumble:
                self.stumble = None
            else:
                self.created[request.urn] += 1
                resource_id = f"{request.name}~{next(self._numbers)}"
                state = {**outputs_of(request.type, resource_id), **inputs}
                created = Recorded(resource_id, request.type, request.name, state)
                taken = self._find_of_same_name(created)
                if not taken:
                    self._account[resource_id] = created
        if stumble:
            stumble()
            context.abort(grpc.StatusCode.UNAVAILABLE, "the provider stumbled")
        if taken:
            context.abort(grpc.StatusCode.UNKNOWN, f"{created.physical_name} is there already: {taken.id}")
        return provider_pb2.CreateResponse(id=resource_id, properties=_to_struct(state))

    def Read(self, request: Any, context: Any) -> Any:
        state = self.account[request.id].state
        return provider_pb2.ReadResponse(id=request.id, properties=_to_struct(state), inputs=request.inputs)

    def Update(self, request: Any, context: Any) -> Any:
        state, old_inputs = _to_dict(request.olds), _to_dict(request.old_inputs)
        outputs = {name: value for name, value in state.items() if name not in old_inputs}
        after = outputs | keep_left_out(request.type, state, _to_dict(request.news))
        if not request.preview:
            with self._lock:
                self._account[request.id] = replace(self._account[request.id], state=after)
        return provider_pb2.UpdateResponse(properties=_to_struct(after))

    def Delete(self, request: Any, context: Any) -> Any:
        """Forgets a resource, unless AWS would refuse to delete it."""
        with self._lock:
            state = self._account[request.id].state
            protected = state.get("deletionProtectionEnabled") or state.get("deletionProtection") == "ACTIVE"
            if not protected:
                del self._account[request.id]
        if protected:
            context.abort(grpc.StatusCode.UNKNOWN, f"{request.id} has deletion protection")
        return Empty()

    def Invoke(self, request: Any, context: Any) -> Any:
        if request.tok == "aws:dynamodb/getTable:getTable":
            name = request.args["name"]
            tables = (one for one in self.account.values() if one.type == "aws:dynamodb/table:Table")
            if name not in {one.physical_name for one in tables}:
                # The words of AWS's provider.
                context.abort(
                    grpc.StatusCode.UNKNOWN, f"reading Dynamodb Table ({name}): couldn't find resource"
                )
            answer: dict[str, Any] = {"name": name, "tags": {}}
        else:
            answer = answer_call(request.tok)
        return provider_pb2.InvokeResponse(**{"return": _to_struct(answer)})

    def Cancel(self, request: Any, context: Any) -> Any:
        return Empty()

    Attach = Cancel

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo()

    def _find_of_same_name(self, new: Recorded) -> Recorded | None:
        if not RULES[new.type].one_of_a_name:
            return None
        same_name = (
            one
            for one in self._account.values()
            if one.type == new.type and one.physical_name == new.physical_name
        )
        return next(same_name, None)


@contextmanager
def serve(provider: RecordingProvider) -> Iterator[dict[str, str]]:
    """Serves the provider, and yields the environment in which the engine talks to it."""
    options: list[tuple[str, Any]] = [("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES)]
    server = grpc.server(ThreadPoolExecutor(max_workers=16), options=options)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port(f"{HOST}:0")
    server.start()
    try:
        yield {"PULUMI_DEBUG_PROVIDERS": f"aws:{port}"}
    finally:
        server.stop(grace=None).wait()


def find_changes(before: Account, after: Account) -> set[str]:
    """What differs between two accounts: the names of resources of which there are more or fewer, and
    `name/input` of those that changed. New ids and made-up names are no difference, nor are deployments."""
    earlier, later = _by_name(before), _by_name(after)
    changed: set[str] = set()
    for name in earlier.keys() | later.keys():
        old, new = earlier.get(name, []), later.get(name, [])
        if len(old) != len(new):
            changed.add(name)
            continue
        for one, other in zip(old, new, strict=True):
            keys = one.keys() | other.keys()
            changed |= {f"{name}/{key}" for key in keys if one.get(key) != other.get(key)}
    return changed


def _by_name(account: Account) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for one in account.values():
        if one.type != "aws:apigateway/deployment:Deployment":
            state = {
                key: _NEW_EACH_TIME.sub("", json.dumps(value, sort_keys=True))
                for key, value in one.state.items()
            }
            found.setdefault(one.name, []).append(state)
    return found


def _to_dict(message: Struct) -> dict[str, Any]:
    values: dict[str, Any] = MessageToDict(message)
    return values


def _to_struct(values: Mapping[str, Any]) -> Struct:
    message = Struct()
    message.update(dict(values))
    return message
