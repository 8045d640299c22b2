"""An exhaustive program that answers small estates without the engine, to compare the engine with."""
