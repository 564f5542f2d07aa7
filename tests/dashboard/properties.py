"""How often the properties are tried: pandas takes its time even for small frames."""

from hypothesis import settings

PROPERTY = settings(deadline=None, max_examples=15)
