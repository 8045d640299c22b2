-- Evidence rows of every product, edition and version by source file.
-- in:  coded
-- out: source_rows(pev, source, row_count)
SELECT pev, source, COUNT(*) AS row_count
FROM coded
WHERE pev >= 0
GROUP BY pev, source
