"""Makes the small tables of testdata/data/tables: every type of column that data/table_rows reads, and damaged ones.

Needs pyarrow 26.0.1.
  python reference/make_tables.py testdata/data/tables
"""

import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

PICTURE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def rows():
    for i in range(7):
        picture = {"bytes": bytes([i] * (50 + i)), "path": f"{i}.png"}
        yield {
            "text": f"größer {i}" if i != 3 else None, "large": f"L{i}", "small": i - 3, "whole": 10**15 + i,
            "natural": 2**64 - 1 if i == 2 else i, "real": [0.5, 3.0, float("nan"), 1e22, None, -2.25, 1 / 3][i],
            "single": 0.1, "flag": i % 2 == 0, "words": None if i == 3 else [f"w{k}" for k in range(i % 3)],
            "holes": ["a", None] if i == 1 else [], "numbers": [i, i + 1],
            "meta": None if i == 4 else {"name": f"n{i}", "skills": ["a", "b"], "inner": {"deep": i}},
            "kind": ["x", "y"][i % 2], "nothing": None, "raw": b"\x00\xff",
            "image": None if i == 5 else picture, "images": None if i == 5 else [picture] * (i % 3),
            "elsewhere": {"bytes": None, "path": "a/b.png"} if i else {"bytes": None, "path": None},
            "turns": [{"from": "human", "value": f"v{i}"}], "when": None,
        }


SCHEMA = pa.schema([
    ("text", pa.string()), ("large", pa.large_string()), ("small", pa.int8()), ("whole", pa.int64()),
    ("natural", pa.uint64()), ("real", pa.float64()), ("single", pa.float32()), ("flag", pa.bool_()),
    ("words", pa.list_(pa.string())), ("holes", pa.large_list(pa.string())), ("numbers", pa.list_(pa.int32(), 2)),
    ("meta", pa.struct([("name", pa.string()), ("skills", pa.list_(pa.string())),
                        ("inner", pa.struct([("deep", pa.int64())]))])),
    ("kind", pa.dictionary(pa.int32(), pa.string())), ("nothing", pa.string()), ("raw", pa.binary()),
    ("image", PICTURE), ("images", pa.list_(PICTURE)), ("elsewhere", PICTURE),
    ("turns", pa.list_(pa.struct([("from", pa.string()), ("value", pa.string())]))), ("when", pa.timestamp("ms"))])


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist(list(rows()), schema=SCHEMA)
    small = {"row_group_size": 3, "data_page_size": 100, "write_batch_size": 1, "use_dictionary": ["kind"]}
    pq.write_table(table, folder / "kinds.parquet", **small)
    whole = (folder / "kinds.parquet").read_bytes()
    (folder / "cut.parquet").write_bytes(whole[:-500])
    damaged = bytearray(whole)
    damaged[4:1500] = bytes(255 - byte for byte in damaged[4:1500])
    (folder / "pages.parquet").write_bytes(damaged)
    texts = pa.array([b"good", b"\xff\xfe", b"\xc3"], pa.binary()).view(pa.string())
    pq.write_table(pa.table({"text": texts, "other": ["a", "b", "c"]}), folder / "utf8.parquet")


main(Path(sys.argv[1]))
