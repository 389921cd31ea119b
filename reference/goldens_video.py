"""Writes testdata/videos/goldens.json: SHA-256 of every RGB frame of every fixture, by other readers.

decord 0.6.0 is what the authors' code reads videos with (FFmpeg 4 inside, rotation honoured); PyAV
18.1.0 (FFmpeg 8) is what transformers uses. A fixture that decord cannot read, or whose edit list it
ignores, is taken from PyAV, and so is every fixture on which both must agree; the script stops when
they do not, except where listed in SCALERS_DIFFER. The folder of frames is read by Pillow.

    python -m venv env && env/bin/pip install decord==0.6.0 av==18.1.0 pillow==12.1.0 numpy
    env/bin/python reference/goldens_video.py testdata/videos
"""

import hashlib
import json
import pathlib
import sys

import av
import decord
import numpy as np
from PIL import Image

# No index of AV1 and GIF in decord's FFmpeg; it shows frames that an edit list cuts away.
PYAV_ONLY = {"anim.gif", "av1.mp4", "edit_list.mp4", "no_reorder_times.mp4"}
# FFmpeg 8 interpolates chroma of 10-bit and of odd-height pictures another way than FFmpeg 4 and 5.
SCALERS_DIFFER = {"hevc10.mp4", "odd.webm"}
TURNED = {"rotated90.mov"}


def by_decord(path):
    reader = decord.VideoReader(str(path), ctx=decord.cpu(0), num_threads=1)
    return [reader[i].asnumpy() for i in range(len(reader))]


def by_pyav(path):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def by_pillow(folder):
    paths = sorted(folder.iterdir(), key=lambda p: int(p.stem.rsplit("_", 1)[1]))
    return [np.asarray(Image.open(p).convert("RGB")) for p in paths]


def read(path):
    if path.is_dir():
        return "Pillow " + Image.__version__, by_pillow(path)
    if path.name in PYAV_ONLY:
        return "PyAV " + av.__version__, by_pyav(path)
    frames = by_decord(path)
    if path.name not in SCALERS_DIFFER | TURNED:
        others = by_pyav(path)
        if len(frames) != len(others) or any((a != b).any() for a, b in zip(frames, others)):
            raise SystemExit(f"{path.name}: decord and PyAV differ")
    return "decord " + decord.__version__, frames


def main():
    folder = pathlib.Path(sys.argv[1])
    goldens = {}
    for path in sorted(folder.iterdir()):
        if path.suffix == ".json":
            continue
        source, frames = read(path)
        height, width, _ = frames[0].shape
        goldens[path.name] = {
            "source": source,
            "width": width,
            "height": height,
            "sha256": [hashlib.sha256(np.ascontiguousarray(frame).tobytes()).hexdigest() for frame in frames],
        }
        print(path.name, source, len(frames), (width, height))
    text = json.dumps(goldens, indent=1)
    (folder / "goldens.json").write_text(text + "\n")


main()
