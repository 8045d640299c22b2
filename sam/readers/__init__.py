"""Files to values: the one table of formats, workspace tables with their grammar, folders.

| module | holds |
| --- | --- |
| `folders` | which files of a workspace are read, and one file to a `FileRead` |
| `formats` | the table of formats: pattern, `sniff`, `parse` |
| `table_specs`, `columns` | every table and column; `table_docs` writes docs/tables.md from them |
| `table_files`, `headers`, `tables`, `cells` | which table a header line is, rows to records, cells to values |
| `delimited`, `workbook` | text and XLSX to records with their lines |
| `software` | the bulk way into the evidence store |
| `places` | from a record number back to its line |
"""
