"""Writes the tables of benchmark_rows.py and benchmark_video_rows.py in the published layouts of the benchmarks.

  python tests/benchmark_fixtures.py OUT      needs pyarrow; ./run build puts it into .venv
"""

import json
import shutil
import sys
from pathlib import Path

import benchmark_rows
import benchmark_video_rows
import pyarrow as pa
import pyarrow.parquet as pq

CLIP = Path(__file__).resolve().parent.parent / "testdata" / "videos" / "ball.mp4"
SIMPLE = {"string": pa.string(), "int8": pa.int8(), "int64": pa.int64(), "float64": pa.float64(),
          "image": pa.struct([("bytes", pa.binary()), ("path", pa.string())])}


def arrow_type(kind):
    if isinstance(kind, list):
        return pa.list_(arrow_type(kind[0]))
    if isinstance(kind, dict):
        return pa.struct([(name, arrow_type(inner)) for name, inner in kind.items()])
    return SIMPLE[kind]


def write_table(path, table):
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".json":
        path.write_text(json.dumps(table.rows), encoding="utf-8")
        return
    schema = pa.schema([(name, arrow_type(kind)) for name, kind in table.columns.items()])
    rows = [{name: row.get(name) for name in table.columns} for row in table.rows]
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, row_group_size=4)


def write_videos(out):
    for name in benchmark_video_rows.VIDEOS:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        if not (out / name).exists():
            (out / name).symlink_to(CLIP)
    for name in benchmark_video_rows.FRAMES:
        (out / name).mkdir(parents=True, exist_ok=True)
        for k in range(3):
            (out / name / f"{k}.png").write_bytes(benchmark_rows.picture(k)["bytes"])
    for name, text in benchmark_video_rows.SUBTITLES.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(text.encode())


def main(out):
    if out.exists():
        shutil.rmtree(out)
    for _, table in benchmark_rows.TABLES + benchmark_video_rows.TABLES:
        write_table(out / table.path, table)
    write_videos(out)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
