"""One cold start: import and first call of a handler, in an interpreter that has only what Lambda has.

Run with `-S` by path, so that nothing but the standard library is there before the clock starts. It takes
`task`, `runtime`, `module` and `event`, and prints CPU milliseconds.
"""

import json
import os
import sys
import time


class _Context:
    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 28_000


if __name__ == "__main__":
    request = json.load(sys.stdin)
    # As on Lambda: the package first, then what the runtime brings.
    sys.path[:0] = [request["task"]]
    sys.path.append(request["runtime"])
    channel = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    started = time.process_time()
    handler = __import__(request["module"], fromlist=["handler"]).handler
    answer = handler(request["event"], _Context)
    taken = time.process_time() - started

    if answer.get("statusCode", 200) != 200:
        raise RuntimeError(f"the handler answered {answer}")
    os.write(channel, f"{taken * 1000}\n".encode())
