"""One update in a process of its own, which may end before its time.

python -m tests.engine.update_process STACK CLI FOLDER ENVIRONMENT
"""

import json
import sys
from pathlib import Path

from tests.engine.engine_stack import EngineStack

if __name__ == "__main__":
    name, cli, folder, environment = sys.argv[1:]
    # One at a time: what AWS creates while the engine dies is created, and nobody knows.
    EngineStack(name, Path(cli), Path(folder), json.loads(environment)).up(parallel=1)
