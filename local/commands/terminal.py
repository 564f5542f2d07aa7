"""What the person at the keyboard is told."""

from typing import Any

from rich.console import Console

from contract.outputs import LocalOutput, Output

console = Console(stderr=True, highlight=False)


def show(outputs: dict[str, Any]) -> None:
    """Prints the addresses of a stack, and who may sign in."""
    users = outputs.get(LocalOutput.USERS, {})
    lines = [
        ("dashboard", outputs.get(LocalOutput.DASHBOARD_URL, "not started")),
        ("messages to owners", outputs[LocalOutput.RECEIVER_URL]),
        ("API", outputs[Output.API_URL]),
        ("AWS endpoint", outputs[LocalOutput.ENDPOINT_URL]),
        *((f"{role} signs in as", f"{user['username']}  {user['password']}") for role, user in users.items()),
    ]
    console.print()
    for label, value in lines:
        console.print(f"  {label:22} {value}", soft_wrap=True, markup=False)
