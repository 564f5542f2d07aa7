"""What is measured in processes of their own: nothing imported, cached or allocated before."""
