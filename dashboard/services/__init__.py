"""Answers computed from data frames, without Streamlit and without AWS."""
