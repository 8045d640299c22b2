"""Part of the engine; see docs/architecture.md."""
