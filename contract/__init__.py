"""The ground floor: what every part of the system spells the same way. It imports nothing of ours.

`routes` is the table of the API; `report`, `sign_in` and `action` are what it takes, `answers` what it gives.
`names`, `metrics` and `limits` hold names and numbers; `words` the statuses, states and kinds; `moments`,
`folders` and `text` how times, paths and text from outside are spelled. `owners` is whom folders belong to.

AuthLambda is packaged without pydantic. So only `report`, `action`, `owners` and what they are made of import
it, and `routes` names each request by its dotted path.
"""
