-- Titles that no rule recognises, by how many devices hold them.
-- in:  coded
-- out: unknown_titles(code, device_count, row_count)
SELECT code, COUNT(DISTINCT dev) AS device_count, COUNT(*) AS row_count
FROM coded
WHERE state = 'unknown'
GROUP BY code
