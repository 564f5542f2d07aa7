"""Records of a range of time, as a file for a spreadsheet or for a data frame."""
