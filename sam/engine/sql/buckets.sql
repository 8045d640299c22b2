-- Evidence rows of every product, edition and version by bucket; their sum is the raw count.
-- in:  settled, items
-- out: buckets(pev, bucket, row_count)
SELECT pev, bucket, CAST(SUM(row_count) AS BIGINT) AS row_count
FROM (
    SELECT s.pev, COALESCE(i.bucket, s.bucket) AS bucket, 1 AS row_count
    FROM settled AS s
    LEFT JOIN items AS i ON i.dev = s.dev AND i.pev = s.pev
    WHERE s.bucket = 'counted'
    UNION ALL
    SELECT pev, 'same-installation' AS bucket, row_count - 1 AS row_count
    FROM settled
    WHERE bucket = 'counted' AND row_count > 1
    UNION ALL
    SELECT pev, bucket, row_count
    FROM settled
    WHERE bucket <> 'counted'
) AS booked
GROUP BY pev, bucket
