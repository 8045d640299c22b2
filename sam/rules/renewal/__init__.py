"""Rules about what ends when, and what to renew."""
