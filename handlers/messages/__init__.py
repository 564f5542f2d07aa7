"""Telling owners of what is stuck: what is due, how it reads, and how it gets there.

`situation` is what there is to tell of, `rules` decide what is due (pure), `rendering` puts it into words,
`channels` send it, and `sending` keeps what was said.
"""
