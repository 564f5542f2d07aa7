"""Whether the tests notice when the code is wrong: `python -m tests.mutants`.

A mutant is the program with one small mistake. cosmic-ray makes them: it is maintained, mutates what stands
at the top of a module and in a class body too, where this project keeps its limits and its models, and hands
out each mutant by file, operator and number, so that a seed can choose some. (mutmut, the other tool in wide
use, mutates the bodies of undecorated functions alone, and names a mutant only within its own run.) What
cosmic-ray would do with them does not fit: one after the other, in the work tree, all with one command. So
each mutant is put into a copy of the tree here, and meets the fast tests of its own tier.
"""
