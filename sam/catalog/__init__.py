"""Products, editions, releases and suites as publishers sell them, and the recognition of raw titles.

`load.load_catalog` reads the YAML files, `recognize.recognize` says what each raw title is and by which rule.
The file format is described in `docs/catalog.md`.
"""
