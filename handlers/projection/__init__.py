"""The projection: it reads runs from their stream, and keeps senders and incidents as the rules make them.

`stream` applies runs as they come, `sweep` what time changes, and `replay` works a sender out again from all
its runs. All three read and commit through `store.state`.
"""
