"""What ships to AWS Lambda: one thin module per function, and what the functions share.

`auth` and `file_sla_error` are the entry points. Nothing here imports Pulumi, Streamlit or
the local stack; those import the shared names from here.
"""
