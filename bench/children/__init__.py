"""The measured processes: each starts with nothing imported, cached or allocated."""
