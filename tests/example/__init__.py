"""The example estate, counted by hand."""
