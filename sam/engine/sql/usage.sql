-- Counted installations by what is known of their use.
-- in:  settled, pevs(pev, product, edition), cutoff(day)
-- out: usage(product, edition, installed, measured, unused)
SELECT
    p.product,
    p.edition,
    COUNT(*) AS installed,
    COUNT(s.last_used) AS measured,
    COUNT(CASE WHEN s.last_used < c.day THEN 1 END) AS unused
FROM settled AS s
INNER JOIN pevs AS p ON p.pev = s.pev
CROSS JOIN cutoff AS c
WHERE s.bucket = 'counted'
GROUP BY p.product, p.edition
