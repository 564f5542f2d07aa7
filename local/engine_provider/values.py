"""Resources' values between the engine's protocol and this program."""

from collections.abc import Mapping
from typing import Any, Final

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from pulumi import FileArchive

_KIND: Final = "4dabf18193072939515e22adb298388d"
"""The key by which the protocol tells an archive, a secret or an output from a plain map."""
_ARCHIVE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"


def to_dict(message: Struct) -> dict[str, Any]:
    """The message's values, as they travel."""
    values: dict[str, Any] = MessageToDict(message)
    return values


def to_struct(values: Mapping[str, Any]) -> Struct:
    """The values as a message."""
    message = Struct()
    message.update(dict(values))
    return message


def for_creators(value: Any) -> Any:
    """The values as the program's creators know them from Pulumi's own runtime."""
    if isinstance(value, Mapping):
        if value.get(_KIND) == _ARCHIVE and "path" in value:
            return FileArchive(value["path"])
        return {key: for_creators(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [for_creators(entry) for entry in value]
    return value
