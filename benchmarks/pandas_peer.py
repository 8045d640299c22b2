"""The relational stages in pandas: the same evidence, the same small tables, the same counts as sam/engine/sql.

Written as somebody at home in pandas would: texts are categories and are mapped once each, every step is a merge or a
grouping of whole columns, and nothing is applied row by row. Signatures of bundles are sums of 64-bit hashes, which
tell alike bundles apart from others without ever building a text; the engine has to build it, since it reads the
classes back from it. That is to the advantage of pandas.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd  # type: ignore[import-untyped]  # the package brings no types

Frames = Mapping[str, pd.DataFrame]
BUCKETS: Final = pd.CategoricalDtype(
    ["", "component", "counted", "driver", "free-edition", "media", "not-deployed-device", "older-version-beside",
     "patch", "retired-device", "stale-device", "suite-component", "trial", "unplaced", "unrecognised"]
)  # fmt: skip


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the small tables by name."""
    return {path.stem: pd.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}


def relational(tables: Frames) -> dict[str, Any]:
    """Do every relational stage and return the counts to compare."""
    coded = code_rows(tables)
    installed = find_installed(coded, tables)
    settled = settle(installed, tables)
    items = find_items(settled, tables)
    classes = count_classes(items, tables)
    return {
        "rows": len(coded),
        "installed": len(installed),
        "installations": int((settled["bucket"] == "counted").sum()),
        "buckets": count_buckets(settled, items),
        "classes": len(classes),
        "class_sizes": sorted(classes.tolist()),
        "source_rows": len(coded[coded["pev"] >= 0].groupby(["pev", "source"]).size()),
        "unknown_titles": _unknown_titles(coded),
    }


def code_rows(tables: Frames) -> pd.DataFrame:
    """Give every evidence row its device, user, title, product and title bucket as whole numbers or categories."""
    users = pd.Series(tables["users"]["usr"].to_numpy(), index=tables["users"]["user_id"])
    files = tables["files"].itertuples(index=False)
    parts = [_coded(_of_file(f.path, f.default_device), f.source, tables, users) for f in files]
    spoken = tables["spoken_rows"].assign(user_id="", last_used=pd.NaT).astype({"device": "category"})
    spoken["user_id"] = spoken["user_id"].astype("category")
    parts += [_coded(part, int(source), tables, users) for source, part in spoken.groupby("source")]
    coded = pd.concat(parts, ignore_index=True)
    recognised = tables["recognised"].sort_values("code").astype({"state": "category", "bucket": BUCKETS})
    code = coded["code"].to_numpy()
    coded["pev"] = recognised["pev"].to_numpy()[code]
    for name in ("state", "bucket"):
        known = recognised[name]
        coded[name] = pd.Categorical.from_codes(known.cat.codes.to_numpy()[code], dtype=known.dtype)
    return coded


def _of_file(path: str, default_device: str) -> pd.DataFrame:
    columns = ["record", "device", "user_id", "title", "last_used"]
    frame = pd.read_parquet(path, columns=columns, engine="pyarrow", read_dictionary=["device", "user_id"])
    if default_device:
        frame["device"] = frame["device"].cat.rename_categories({"": default_device})
    return frame


def _coded(frame: pd.DataFrame, source: int, tables: Frames, users: "pd.Series[int]") -> pd.DataFrame:
    """Map categories, not rows: each distinct device, user and title is looked up once."""
    known = tables["device_map"]
    known = known[known["source"] == source]
    devices = pd.Series(known["dev"].to_numpy(), index=known["device"])
    titles = tables["titles"]
    titles = titles[titles["source"] == source]
    codes = pd.Series(titles["code"].to_numpy(), index=titles["title"])
    return pd.DataFrame(
        {
            "source": np.int32(source),
            "record": frame["record"].to_numpy(dtype="int64"),
            "dev": _mapped(frame["device"], devices),
            "usr": _mapped(frame["user_id"], users),
            "code": codes.reindex(frame["title"].to_numpy(dtype="int64")).to_numpy(dtype="int32"),
            "last_used": pd.to_datetime(frame["last_used"]).to_numpy(),
        }
    )


def _mapped(column: "pd.Series[str]", numbers: "pd.Series[int]") -> np.ndarray:
    by_category = numbers.reindex(column.cat.categories).fillna(-1).to_numpy(dtype="int32")
    return np.asarray(by_category[column.cat.codes])


def find_installed(coded: pd.DataFrame, tables: Frames) -> pd.DataFrame:
    """Return one line for each device, product, edition and version, from one or more rows."""
    rows = coded[coded["pev"] >= 0].merge(tables["devices"][["dev", "exempt", "environment"]], on="dev", how="left")
    limited = tables["limited"]
    allowed = rows[["pev", "environment"]].merge(limited.assign(allowed=True), on=["pev", "environment"], how="left")
    needs = (
        (rows["bucket"] == "free-edition")
        & rows["pev"].isin(limited["pev"].unique())
        & rows["environment"].fillna("").ne("")
        & allowed["allowed"].isna().to_numpy()
    )
    exempt = rows["exempt"].astype(BUCKETS).fillna("")
    rows["bucket"] = rows["bucket"].mask(needs, "").mask(exempt != "", exempt).mask(rows["dev"] == -1, "unplaced")
    rows["first_row"] = rows["source"].astype("int64") * 4294967296 + rows["record"]
    grouped = rows.groupby(["dev", "pev", "bucket"], observed=True, sort=False)
    return grouped.agg(
        row_count=("source", "size"), first_row=("first_row", "min"), last_used=("last_used", "max"), usr=("usr", "max")
    ).reset_index()


def settle(installed: pd.DataFrame, tables: Frames) -> pd.DataFrame:
    """Set apart components of an installed suite, then older versions beside a newer one."""
    columns = ["pev", "product", "edition_group", "edition_rank", "version_order"]
    candidates = installed.loc[installed["bucket"] == "", ["dev", "pev"]].merge(tables["pevs"][columns], on="pev")
    pairs = candidates[["dev", "pev"]].merge(tables["suite_pairs"], left_on="pev", right_on="suite")
    held = pairs[["dev", "component"]].rename(columns={"component": "pev"}).drop_duplicates()
    in_suite = candidates[["dev", "pev"]].merge(held, on=["dev", "pev"])
    marked = candidates.merge(in_suite.assign(suite=True), on=["dev", "pev"], how="left")
    alone = marked[marked["suite"].isna()].drop(columns="suite")
    both = alone.merge(alone, on=["dev", "product"], suffixes=("", "_o"))
    both = both[both["pev"] != both["pev_o"]]
    same = both["edition_group"] == both["edition_group_o"]
    as_high = (both["edition_group"] == -1) | (same & (both["edition_rank_o"] >= both["edition_rank"]))
    later = both["version_order_o"] > both["version_order"]
    ahead = later | (both["edition_rank_o"] > both["edition_rank"]) | ~same | (both["pev_o"] < both["pev"])
    older = both[as_high & (both["version_order_o"] >= both["version_order"]) & ahead][["dev", "pev"]].drop_duplicates()
    settled = installed.merge(in_suite.assign(suite=True), on=["dev", "pev"], how="left")
    settled = settled.merge(older.assign(older=True), on=["dev", "pev"], how="left")
    open_ = settled["bucket"] == ""
    bucket = settled["bucket"].mask(open_, "counted").mask(open_ & settled["older"].notna(), "older-version-beside")
    settled["bucket"] = bucket.mask(open_ & settled["suite"].notna(), "suite-component")
    return settled.drop(columns=["suite", "older"])


def find_items(settled: pd.DataFrame, tables: Frames) -> pd.DataFrame:
    """Return what must be licensed and in which bundle: device, user, several users, host or lone virtual machine."""
    items = settled.loc[settled["bucket"] == "counted", ["dev", "pev", "usr"]]
    items = items.merge(tables["pevs"][["pev", "family"]], on="pev").merge(tables["families"], on="family")
    items = items.merge(tables["devices"].rename(columns={"usr": "owner"}), on="dev")
    items = items.merge(tables["mixed_devices"], on="dev", how="left")
    by_user, by_host = items["bundling"] == "user", items["bundling"] == "host"
    mixed, owned = by_user & items["root"].notna(), by_user & (items["owner"] >= 0)
    virtual, placed = items["virtual"] == 1, items["host"] >= 0
    items["kind"] = np.select([mixed, owned, by_host & virtual & ~placed, by_host], ["m", "u", "v", "h"], default="d")
    items["bundle"] = np.select(
        [mixed, owned, by_host & virtual & placed], [items["root"].fillna(-1), items["owner"], items["host"]],
        default=items["dev"],
    ).astype("int64")  # fmt: skip
    items["profile"] = np.where(items["by_cores"] == 1, items["facts_code"], items["scope_code"])
    items["item_bucket"] = np.select(
        [~by_host, virtual & placed, ~virtual & (items["hosting"] == 1)],
        ["counted", "guest-of-licensed-host", "host-only-os"],
        default="counted",
    )
    seats = tables["seats"].merge(tables["pevs"][["pev", "family"]], on="pev")
    seats = seats.merge(tables["mixed_users"], on="usr", how="left")
    seats = seats.assign(
        kind=np.where(seats["root"].notna(), "m", "u"), bundle=seats["root"].fillna(seats["usr"]).astype("int64"),
        dev=-1, profile=0, item_bucket="seat",
    )  # fmt: skip
    columns = ["family", "kind", "bundle", "dev", "pev", "profile", "item_bucket"]
    return pd.concat([items[columns], seats[columns]], ignore_index=True)


def count_classes(items: pd.DataFrame, tables: Frames) -> "pd.Series[int]":
    """Return how many bundles each class has: alike in family, kind, user's profile and the parts they hold."""
    single = items[items["kind"].isin(["d", "u"])]
    keys = ["family", "kind", "bundle", "dev", "profile"]
    parts = single.assign(part=_hash(single["pev"])).groupby(keys, sort=False)["part"].sum().reset_index()
    parts["part"] = _hash(parts["part"], parts["profile"].where(parts["dev"] >= 0, -1))
    hosted = items[items["kind"].isin(["h", "v"]) & (items["item_bucket"] != "host-only-os")]
    guests = hosted.groupby(["family", "kind", "bundle", "pev"], sort=False).size().rename("count").reset_index()
    guests = guests.merge(tables["host_profiles"], left_on="bundle", right_on="dev")
    guests["part"] = _hash(guests["pev"], guests["count"], guests["profile"])
    columns = ["family", "kind", "bundle", "part"]
    bundles = pd.concat([parts[columns], guests[columns]], ignore_index=True)
    bundles = bundles.groupby(["family", "kind", "bundle"], sort=False)["part"].sum().reset_index()
    people = tables["user_profiles"].assign(kind="u")
    bundles = bundles.merge(people, left_on=["kind", "bundle"], right_on=["kind", "usr"], how="left")
    bundles["profile"] = bundles["profile"].fillna(0)
    return bundles.groupby(["family", "kind", "profile", "part"], sort=False).size()


def _hash(*columns: "pd.Series[int]") -> np.ndarray:
    """Return one 64-bit hash for each row of some columns."""
    table = pd.concat([c.rename(n).astype("uint64") for n, c in enumerate(columns)], axis=1)
    return np.asarray(pd.util.hash_pandas_object(table, index=False))


def count_buckets(settled: pd.DataFrame, items: pd.DataFrame) -> list[list[Any]]:
    """Return evidence rows by product, edition, version and bucket, sorted."""
    counted = settled[settled["bucket"] == "counted"]
    placed = items.loc[items["dev"] >= 0, ["dev", "pev", "item_bucket"]]
    heads = counted[["dev", "pev"]].merge(placed, on=["dev", "pev"], how="left")
    heads = pd.DataFrame({"pev": heads["pev"], "bucket": heads["item_bucket"].fillna("counted"), "row_count": 1})
    more = counted[counted["row_count"] > 1]
    more = pd.DataFrame({"pev": more["pev"], "bucket": "same-installation", "row_count": more["row_count"] - 1})
    rest = settled.loc[settled["bucket"] != "counted", ["pev", "bucket", "row_count"]].astype({"bucket": "str"})
    summed = pd.concat([heads, more, rest]).groupby(["pev", "bucket"])["row_count"].sum().reset_index()
    return [list(row) for row in summed.itertuples(index=False, name=None)]


def _unknown_titles(coded: pd.DataFrame) -> int:
    unknown = coded[coded["state"] == "unknown"]
    grouped = unknown.groupby("code").agg(devices=("dev", "nunique"), rows=("dev", "size"))
    return len(grouped)
