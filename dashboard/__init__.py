"""The analysts' view of the records: what is stuck now, since when, how often, where.

`views` are the pages. They stand in the `frame`, and are put together from `widgets` and `charts`,
which draw what `services` compute on data frames without Streamlit. `data` asks AWS, `access` signs
people in. `columns`, `incident_columns` and `sender_columns` have every column once, `aws_errors` has
every error of AWS.
"""
