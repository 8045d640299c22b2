-- One line for each device, product, edition and version, from one or more evidence rows.
-- in:  coded, devices(dev, exempt, environment), limited(pev, environment)
--      limited: editions that are free only in the environments listed
-- out: installed(dev, pev, bucket, row_count, first_row, last_used, usr)
--      bucket '': a candidate for counting; first_row orders rows by source and record
SELECT
    c.dev,
    c.pev,
    CASE
        WHEN c.dev = -1 THEN 'unplaced'
        WHEN d.exempt <> '' THEN d.exempt
        WHEN c.bucket = 'free-edition' AND l.pev IS NOT NULL AND d.environment <> '' AND f.pev IS NULL THEN ''
        ELSE c.bucket
    END AS bucket,
    COUNT(*) AS row_count,
    MIN(CAST(c.source AS BIGINT) * 4294967296 + c.record) AS first_row,
    MAX(c.last_used) AS last_used,
    MAX(c.usr) AS usr
FROM coded AS c
LEFT JOIN devices AS d ON d.dev = c.dev
LEFT JOIN (SELECT DISTINCT pev FROM limited) AS l ON l.pev = c.pev
LEFT JOIN limited AS f ON f.pev = c.pev AND f.environment = d.environment
WHERE c.pev >= 0
GROUP BY 1, 2, 3
