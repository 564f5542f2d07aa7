"""What the person at the keyboard is told."""

from typing import Any

from rich.console import Console

console = Console(stderr=True, highlight=False)


def show(outputs: dict[str, Any]) -> None:
    """Prints the addresses of a stack, and who may sign in."""
    users = outputs.get("users", {})
    lines = [
        ("dashboard", outputs.get("dashboard_url", "not started")),
        ("API", outputs["api_url"]),
        ("AWS endpoint", outputs["endpoint_url"]),
        *((f"{role} signs in as", f"{user['username']}  {user['password']}") for role, user in users.items()),
    ]
    console.print()
    for label, value in lines:
        console.print(f"  {label:22} {value}", soft_wrap=True, markup=False)
