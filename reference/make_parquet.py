"""Makes the small parquet files of testdata/data and what reading them should give.

The hub layout: id, image struct{bytes, path} or null, conversations list<struct{from, value}>, data_source. Small
pages and row groups, so that a row lies in the middle of them. Needs pyarrow 26.0.1.
  python reference/make_parquet.py testdata/data
"""

import hashlib
import json
import random
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

PICTURE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
TURNS = pa.list_(pa.struct([("from", pa.string()), ("value", pa.string())]))


def hub_rows(count, seed):
    draw = random.Random(seed)
    rows = []
    for i in range(count):
        has_picture = i % 5 != 3
        question = f"Frage {i}: größer? 什么" if i % 2 else f"What is in picture {i}?"
        turns = [
            {"from": "human", "value": ("<image>\n" if has_picture else "") + question},
            {"from": "gpt", "value": " ".join(["word"] * (1 + i % 7))},
        ]
        picture = {"bytes": draw.randbytes(100 + 40 * (i % 9)), "path": f"{i:03}.jpg"} if has_picture else None
        rows.append({"id": f"r{i}", "image": picture, "conversations": turns, "data_source": "set" if i % 4 else None})
    return rows


def expected(rows):
    found = []
    for row in rows:
        pictures = row.get("images") or ([row["image"]] if row.get("image") else [])
        found.append({
            "id": str(row["id"]),
            "pictures": [hashlib.sha256(p["bytes"]).hexdigest() for p in pictures],
            "turns": [t["value"] for t in row["conversations"]],
            "words": sum(len(t["value"].split()) for t in row["conversations"]),
        })
    return found


def write(path, rows, schema, **options):
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, data_page_size=400, write_batch_size=3, **options)


def main(folder):
    hub = folder / "records" / "hub"
    hub.mkdir(parents=True, exist_ok=True)
    schema = pa.schema(
        [("id", pa.string()), ("image", PICTURE), ("conversations", TURNS), ("data_source", pa.string())])
    first, second = hub_rows(23, 1), hub_rows(9, 2)
    write(hub / "train-00000-of-00002.parquet", first, schema, row_group_size=10, use_dictionary=False)
    write(hub / "train-00001-of-00002.parquet", second, schema, row_group_size=4, compression="zstd",
          data_page_version="2.0")
    golden = {"hub": expected(first + second)}

    large = pa.schema([
        ("id", pa.int64()), ("images", pa.large_list(pa.struct([("bytes", pa.large_binary()), ("path", pa.string())]))),
        ("conversations", pa.large_list(pa.struct([("from", pa.large_string()), ("value", pa.large_string())])))])
    several = []
    for i in range(6):
        pictures = [{"bytes": bytes([i, k] * 20), "path": None} for k in range(i % 3)]
        several.append({"id": i, "images": pictures, "conversations": [
            {"from": "human", "value": "<image>" * len(pictures) + " compare"}, {"from": "gpt", "value": "same"}]})
    write(folder / "records" / "several.parquet", several, large, row_group_size=4)
    golden["several"] = expected(several)

    by_path = [{"id": "p", "image": {"bytes": None, "path": "a/b.jpg"}, "conversations": first[0]["conversations"]},
               {"id": "q", "image": {"bytes": None, "path": None}, "conversations": first[0]["conversations"]},
               {"id": "r", "image": {"bytes": None, "path": "../b.jpg"}, "conversations": first[0]["conversations"]},
               {"id": "s", "image": None, "conversations": []},
               {"id": "t", "image": None, "conversations": None},
               {"id": "u", "image": None, "conversations": [{"from": "human", "value": None}]}]
    write(folder / "records" / "by_path.parquet", by_path, schema)

    corrupt = folder / "corrupt"
    whole = (hub / "train-00001-of-00002.parquet").read_bytes()
    (corrupt / "cut.parquet").write_bytes(whole[: len(whole) // 2])
    damaged = bytearray(whole)
    damaged[4:900] = bytes(255 - b for b in damaged[4:900])
    (corrupt / "pages.parquet").write_bytes(damaged)
    write(corrupt / "columns.parquet", [{"text": "a"}], pa.schema([("text", pa.string())]))
    write(corrupt / "types.parquet", [{"conversations": 7}], pa.schema([("conversations", pa.int64())]))
    (folder / "records" / "parquet.json").write_text(json.dumps(golden, ensure_ascii=False, indent=0) + "\n")


main(Path(sys.argv[1]))
