-- What must be licensed, and in which bundle: the device, its user with all devices, or its host with all guests.
-- in:  settled, pevs(pev, family), families(family, bundling, by_cores), seats(usr, pev),
--      devices(dev, usr, host, virtual, hosting, scope_code, facts_code), mixed_devices(dev, root), mixed_users(usr, root)
--      mixed: users who share a device, with all their devices, are one bundle
--      bundling: device, user or host; host -1: not known; hosting 1: the machine only hosts and manages
-- out: items(family, bundle_kind, bundle, dev, pev, usr, profile, bucket)
--      bundle_kind d device, u user, m mixed users, h host, v virtual machine without known host; dev -1: a seat
SELECT
    p.family,
    CASE
        WHEN f.bundling = 'user' AND md.root IS NOT NULL THEN 'm'
        WHEN f.bundling = 'user' AND d.usr >= 0 THEN 'u'
        WHEN f.bundling = 'host' AND d.virtual = 1 AND d.host = -1 THEN 'v'
        WHEN f.bundling = 'host' THEN 'h'
        ELSE 'd'
    END AS bundle_kind,
    CASE
        WHEN f.bundling = 'user' AND md.root IS NOT NULL THEN md.root
        WHEN f.bundling = 'user' AND d.usr >= 0 THEN d.usr
        WHEN f.bundling = 'host' AND d.virtual = 1 AND d.host >= 0 THEN d.host
        ELSE s.dev
    END AS bundle,
    s.dev,
    s.pev,
    CASE WHEN s.usr >= 0 THEN s.usr ELSE d.usr END AS usr,
    CASE WHEN f.by_cores = 1 THEN d.facts_code ELSE d.scope_code END AS profile,
    CASE
        WHEN f.bundling <> 'host' THEN 'counted'
        WHEN d.virtual = 1 AND d.host >= 0 THEN 'guest-of-licensed-host'
        WHEN d.virtual = 0 AND d.hosting = 1 THEN 'host-only-os'
        ELSE 'counted'
    END AS bucket
FROM settled AS s
INNER JOIN pevs AS p ON p.pev = s.pev
INNER JOIN families AS f ON f.family = p.family
INNER JOIN devices AS d ON d.dev = s.dev
LEFT JOIN mixed_devices AS md ON md.dev = s.dev
WHERE s.bucket = 'counted'
UNION ALL
SELECT
    p.family,
    CASE WHEN mu.root IS NOT NULL THEN 'm' ELSE 'u' END AS bundle_kind,
    COALESCE(mu.root, a.usr) AS bundle,
    -1 AS dev,
    a.pev,
    a.usr,
    0 AS profile,
    'seat' AS bucket
FROM seats AS a
INNER JOIN pevs AS p ON p.pev = a.pev
LEFT JOIN mixed_users AS mu ON mu.usr = a.usr
