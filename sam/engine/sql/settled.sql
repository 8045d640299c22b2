-- The bucket of every installation: components of an installed suite and older versions beside a newer one need nothing.
-- in:  installed, pevs(pev, product, edition_group, edition_rank, version_order), suite_pairs(suite, component)
--      edition_group -1: edition unknown; suite_pairs hold pevs: an installed suite brings that component with it
-- out: settled(dev, pev, bucket, row_count, first_row, last_used, usr); bucket 'counted' goes on
WITH candidates AS (
    SELECT i.dev, i.pev, p.product, p.edition_group, p.edition_rank, p.version_order
    FROM installed AS i
    INNER JOIN pevs AS p ON p.pev = i.pev
    WHERE i.bucket = ''
),
in_suite AS (
    SELECT DISTINCT c.dev, c.pev
    FROM candidates AS c
    INNER JOIN suite_pairs AS s ON s.component = c.pev
    INNER JOIN candidates AS o ON o.dev = c.dev AND o.pev = s.suite
),
alone AS (
    SELECT c.dev, c.pev, c.product, c.edition_group, c.edition_rank, c.version_order
    FROM candidates AS c
    LEFT JOIN in_suite AS s ON s.dev = c.dev AND s.pev = c.pev
    WHERE s.pev IS NULL
),
older AS (
    SELECT DISTINCT c.dev, c.pev
    FROM alone AS c
    INNER JOIN alone AS o ON o.dev = c.dev AND o.product = c.product AND o.pev <> c.pev
    WHERE (c.edition_group = -1 OR (o.edition_group = c.edition_group AND o.edition_rank >= c.edition_rank))
        AND o.version_order >= c.version_order
        AND (
            o.version_order > c.version_order
            OR o.edition_rank > c.edition_rank
            OR (o.edition_group <> c.edition_group)
            OR o.pev < c.pev
        )
)
SELECT
    i.dev,
    i.pev,
    CASE
        WHEN i.bucket <> '' THEN i.bucket
        WHEN s.pev IS NOT NULL THEN 'suite-component'
        WHEN o.pev IS NOT NULL THEN 'older-version-beside'
        ELSE 'counted'
    END AS bucket,
    i.row_count,
    i.first_row,
    i.last_used,
    i.usr
FROM installed AS i
LEFT JOIN in_suite AS s ON s.dev = i.dev AND s.pev = i.pev
LEFT JOIN older AS o ON o.dev = i.dev AND o.pev = i.pev
