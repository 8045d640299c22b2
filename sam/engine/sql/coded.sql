-- Every evidence row with its device, title, product and title bucket as whole numbers.
-- in:  evidence(source, record, device, user_id, title, last_used), titles(source, title, code),
--      recognised(code, state, pev, bucket), device_map(source, device, dev), users(user_id, usr)
-- out: coded(source, record, dev, usr, code, state, pev, bucket, last_used)
--      dev -1: no device identity; pev -1: no product; usr -1: no user named on the row
SELECT
    e.source,
    e.record,
    COALESCE(m.dev, -1) AS dev,
    COALESCE(u.usr, -1) AS usr,
    t.code,
    r.state,
    r.pev,
    r.bucket,
    e.last_used
FROM evidence AS e
INNER JOIN titles AS t ON t.source = e.source AND t.title = e.title
INNER JOIN recognised AS r ON r.code = t.code
LEFT JOIN device_map AS m ON m.source = e.source AND m.device = e.device
LEFT JOIN users AS u ON u.user_id = e.user_id
