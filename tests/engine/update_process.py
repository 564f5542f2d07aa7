"""One update in a process of its own, which may end before its time.

python -m tests.engine.update_process STACK FOLDER ENVIRONMENT
"""

import json
import sys
from pathlib import Path

from tests.engine.engine_stack import EngineStack
from tests.engine.pulumi_cli import find_cli

if __name__ == "__main__":
    name, folder, environment = sys.argv[1:]
    cli = find_cli()
    assert cli is not None
    # One at a time: what AWS creates while the engine dies is created, and nobody knows.
    EngineStack(name, cli, Path(folder), json.loads(environment)).up(parallel=1)
