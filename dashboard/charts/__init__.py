"""Charts. Each draws a data frame that a service computed."""
