-- One line a bundle with its signature: bundles of equal signature are one demand class.
-- in:  parts, user_profiles(usr, profile)
-- out: bundles(family, bundle_kind, bundle, signature)
SELECT
    p.family,
    p.bundle_kind,
    p.bundle,
    CAST(MAX(COALESCE(u.profile, 0)) AS VARCHAR) || '|' || STRING_AGG(p.part, ';' ORDER BY p.part NULLS LAST, p.dev NULLS LAST) AS signature
FROM parts AS p
LEFT JOIN user_profiles AS u ON p.bundle_kind = 'u' AND u.usr = p.bundle
GROUP BY p.family, p.bundle_kind, p.bundle
