"""What is due to be said to a recipient: worked out anew from what is so now and from what was said last.

Pure: nothing here reads a clock, a table or a network. `planning.plan` says what is due, `recording` keeps
what became of it, and `told` is all that is kept. The heart is the table in `truth`.
"""
