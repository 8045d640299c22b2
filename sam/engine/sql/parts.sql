-- The items of one device inside one bundle as text, so that alike devices compare equal.
-- in:  items, host_profiles(dev, profile)
-- out: parts(family, bundle_kind, bundle, dev, part)
--      part: profile:pev,pev,… for a device; S:pev,… for seats; guests of a host stand together as pev*count
SELECT
    family,
    bundle_kind,
    bundle,
    dev,
    CASE WHEN dev = -1 THEN 'S' ELSE CAST(profile AS VARCHAR) END
    || ':' || STRING_AGG(CAST(pev AS VARCHAR), ',' ORDER BY pev NULLS LAST) AS part
FROM items
WHERE bundle_kind IN ('d', 'u')
GROUP BY family, bundle_kind, bundle, dev, profile
UNION ALL
SELECT
    g.family,
    g.bundle_kind,
    g.bundle,
    g.bundle AS dev,
    CAST(h.profile AS VARCHAR) || ':' || STRING_AGG(CAST(g.pev AS VARCHAR) || '*' || CAST(g.instances AS VARCHAR), ',' ORDER BY g.pev NULLS LAST) AS part
FROM (
    SELECT family, bundle_kind, bundle, pev, COUNT(*) AS instances
    FROM items
    WHERE bundle_kind IN ('h', 'v') AND bucket <> 'host-only-os'
    GROUP BY family, bundle_kind, bundle, pev
) AS g
INNER JOIN host_profiles AS h ON h.dev = g.bundle
GROUP BY g.family, g.bundle_kind, g.bundle, h.profile
