-- The demand classes: how many bundles share a signature.
-- in:  bundles
-- out: classes(family, bundle_kind, signature, bundle_count)
SELECT family, bundle_kind, signature, COUNT(*) AS bundle_count
FROM bundles
GROUP BY family, bundle_kind, signature
