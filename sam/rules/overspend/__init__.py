"""Rules about what is paid for and not needed."""
