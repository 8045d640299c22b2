"""Rules about what bounds the trust in the numbers."""
