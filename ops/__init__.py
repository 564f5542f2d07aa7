"""Commands that owners of a stack run, real or local."""
