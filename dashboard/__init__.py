"""The analysts' view of the breach table: what is stuck now, since when, how often, where.

`views` draw with Streamlit, `services` compute on data frames without it, `data` queries the
table and `access` signs people in. Views use the other three, which know nothing of the views.
"""
