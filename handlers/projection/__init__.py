"""The projection: runs are read from their stream, senders and incidents are kept as the rules make them.

`applying` takes what the stream brings, `sweeping` what time changes, `replays` a sender that has to be
made anew. All three read and commit through `sender_store`.
"""
