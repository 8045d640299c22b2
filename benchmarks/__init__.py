"""Benchmarks: a made-up estate of any size, the engine stage by stage, and a pandas script beside it."""
