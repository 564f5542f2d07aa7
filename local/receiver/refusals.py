"""What a service would not show."""


class RefusedError(Exception):
    """Said in the service's own words where it has some."""
