"""Rules about what is used beyond what is owned."""
