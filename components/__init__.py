"""The infrastructure, by concern: `__main__.py` composes it.

A file that imports `pulumi_aws` declares resources: one ComponentResource, with its frozen Args.
What goes into resources as data (policies, models, alarms, packages) is in a folder `specs` and
declares none. `settings` reads the stack's configuration.
"""
