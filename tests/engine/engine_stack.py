"""A stack of the program in the real engine."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pulumi import automation

from local.program import config_schema, project_name, run_main
from tests.engine.plan import Plan

REGION = "us-east-1"
# The functions run on this machine, whatever it is.
BASE: Mapping[str, Any] = {"functionTarget": "host"}


class EngineStack:
    """One stack, with its state in a folder of its own."""

    def __init__(
        self, name: str, cli: automation.PulumiCommand, folder: Path, environment: Mapping[str, str]
    ) -> None:
        self.name = name
        self.folder = folder
        self.environment = environment
        self.backend = folder / "backend"
        self.backend.mkdir(parents=True, exist_ok=True)
        self.printed: list[str] = []
        """Everything that the CLI printed."""
        # The Automation API wants text there, and writes what it gets to the project's file.
        schema: Any = config_schema()
        self._stack = automation.create_or_select_stack(
            name,
            project_name=project_name(),
            program=run_main,
            opts=automation.LocalWorkspaceOptions(
                pulumi_command=cli,
                work_dir=str(folder),
                env_vars={
                    # Not in the project's settings: a backend that a person has in the environment would win.
                    "PULUMI_BACKEND_URL": f"file://{self.backend}",
                    "PULUMI_HOME": str(folder / "home"),
                    "PULUMI_CONFIG_PASSPHRASE": "of tests",
                    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
                    "PULUMI_SKIP_UPDATE_CHECK": "true",
                    **environment,
                },
                project_settings=automation.ProjectSettings(
                    name=project_name(), runtime="python", config=schema
                ),
            ),
        )

        # After each update the Automation API runs the CLI three more times, for outputs and history.
        summary: Any = self._stack
        summary.outputs, summary.info = dict, lambda _secrets: summary

    def configure(self, **config: Any) -> None:
        """Sets the stack's configuration: these keys, and all others as Pulumi.yaml has them by default.

        A key without a namespace is the project's. An object holds secrets, each of which is encrypted.
        """
        wanted = {"aws:region": REGION, **BASE, **config}
        settings = self._stack.workspace.stack_settings(self.name)
        settings.config = {
            key if ":" in key else f"{project_name()}:{key}": value
            if isinstance(value, str)
            else json.dumps(value)
            for key, value in wanted.items()
            if not isinstance(value, dict)
        }
        self._stack.workspace.save_stack_settings(self.name, settings)
        for key, secrets in wanted.items():
            if isinstance(secrets, dict):
                for name, secret in secrets.items():
                    hidden = automation.ConfigValue(secret, secret=True)
                    self._stack.set_config(f"{key}.{name}", hidden, path=True)

    def preview(self, **options: Any) -> Plan:
        return self._run(self._stack.preview, done=False, **options)

    def up(self, **options: Any) -> Plan:
        """Updates the stack, and returns what was done; options are those of the Automation API."""
        return self._run(self._stack.up, **options)

    def refresh(self) -> None:
        """Takes into the state what the provider finds of each resource."""
        self._stack.refresh(color="never", on_output=self._note, on_error=self._note)

    def destroy(self, *, preview_only: bool = False) -> Plan:
        """Deletes every resource.

        The CLI previews it by default: that refuses to delete what is protected while all is still there.
        """
        return self._run(self._stack.destroy, preview_only=preview_only)

    def _run(self, command: Callable[..., Any], *, done: bool = True, **options: Any) -> Plan:
        plan = Plan()
        told = {"on_event": plan.listener(done=done), "on_output": self._note, "on_error": self._note}
        command(color="never", **told, **options)
        return plan

    def cancel(self) -> None:
        """Forgets an update that is still marked as running."""
        self._stack.cancel()

    @property
    def resources(self) -> list[dict[str, Any]]:
        state = json.loads(self.state_file.read_text())
        resources: list[dict[str, Any]] = state["checkpoint"]["latest"].get("resources", [])
        return resources

    @property
    def state_file(self) -> Path:
        return self.backend / ".pulumi" / "stacks" / project_name() / f"{self.name}.json"

    def _note(self, line: str) -> None:
        self.printed.append(line)
