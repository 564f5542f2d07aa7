"""Measures the service beside what people do today, and beside the least that any solution must do.

`python -m bench` runs it. Nothing here is asserted in tests: a measurement depends on its machine.

- `measures`: one file a group of figures.
- `rivals`: what ours is measured beside, `naive` and `bare`.
- `workload`: what both are given to do.
- `processes`: what runs in a process of its own, and how it is started there.
- `figures`: how rounds become a figure.
- `capacity`: the model of cost and limits, which computes and measures nothing.
- `fleet`: simulated servers whose truth is known, and what the rules of incidents say of them.
"""
