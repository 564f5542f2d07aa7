"""Putting messages into words, and the words into what each medium takes. Pure: no clock, no network.

`writing` makes a neutral document of a message, which decides every word; `plain_text`, `mail`, `slack`,
`teams` and `topic` render it; `fitting` finds how much of a digest one delivery can hold.
"""
