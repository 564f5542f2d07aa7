"""The ground floor: what every part of the system spells the same way. It imports nothing of ours.

`routes` is the one table of the API; `report`, `sign_in` and `incident_action` are what it takes, `answers`
what it gives. `table`, `metrics`, `outputs`, `environment`, `names` and `runbook` hold names, `limits` the
numbers, `remedies` how to mend a request, `moments` the one way to write a time, `plausibility` which dates
tell an age, `zones` which names are time zones, and `folder_key` which spellings are one folder. `owners`
is whom folders belong to: `file` reads what people write, `shipping` what came of it, `matching` finds them.

AuthLambda is packaged without pydantic. So only `report`, `incident_action` and what they are made of import
it, and `routes` names each request by its dotted path.
"""
