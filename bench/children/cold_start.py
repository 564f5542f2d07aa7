"""One cold start: import and first call, in an interpreter that has only what Lambda has.

Run with `-S` by path, so that nothing but the standard library is there before the clock starts.
"""

import json
import os
import sys
import time


class _Context:
    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 28_000


def main() -> None:
    """Takes `task`, `runtime`, `module` and `event`; gives CPU milliseconds of both steps, and wall time."""
    request = json.load(sys.stdin)
    # As on Lambda: the package first, then what the runtime brings.
    sys.path[:0] = [request["task"]]
    sys.path.append(request["runtime"])
    null = os.open(os.devnull, os.O_WRONLY)
    channel = os.dup(1)
    os.dup2(null, 1)

    wall, started = time.perf_counter(), time.process_time()
    handler = __import__(request["module"], fromlist=["handler"]).handler
    imported = time.process_time()
    answer = handler(request["event"], _Context)
    called = time.process_time()
    wall = time.perf_counter() - wall

    status = answer.get("statusCode", 200)
    if status != 200:
        raise RuntimeError(f"the handler answered {status}")
    milliseconds = {"import": imported - started, "first call": called - imported, "wall": wall}
    result = json.dumps({step: seconds * 1000 for step, seconds in milliseconds.items()})
    os.write(channel, result.encode() + b"\n")


if __name__ == "__main__":
    main()
