"""Small pictures of held-out questions for the results page: right and wrong answers with what they were about.

    choose(evaluation, folder) -> [(task, sample, file name)...]; the files are then in the folder
"""

import functools
import io
import json
from pathlib import Path

try:
    from PIL import Image
except ImportError:
    Image = None

PER_KIND = 12  # as many right and as many wrong answers at most
MAX_BYTES = 400_000  # of all pictures together
MAX_WIDTH, MAX_FRAMES = 420, 8


def available():
    return Image is not None


def media_of(record, folder):
    """The files of a record's pictures, or an even choice of its video's frames."""
    if "video" in record:
        frames = sorted((folder / record["video"]).glob("*.*")) if (folder / record["video"]).is_dir() else []
        count = min(len(frames), MAX_FRAMES)
        return [frames[i * (len(frames) - 1) // max(count - 1, 1)] for i in range(count)]
    images = record.get("image", [])
    return [folder / name for name in ([images] if isinstance(images, str) else images)]


@functools.cache
def records_of(data):
    """The records of a JSONL file; none of another kind of file, or of one that is missing."""
    if data.suffix != ".jsonl" or not data.exists():
        return []
    return [json.loads(row) for row in data.read_text(encoding="utf-8").splitlines()]


def files_of(task, sample):
    """The picture files of an answered sample; empty where one of them is missing."""
    data = Path(task["data"])
    records = records_of(data)
    files = media_of(records[sample["index"]], Path(task["image_folder"] or data.parent)) if records else []
    return files if all(file.exists() for file in files) else []


def strip(files):
    """Bytes of a JPEG with the pictures side by side."""
    height, pictures = 160 if len(files) == 1 else 96 if len(files) <= 4 else 56, []
    for file in files:
        with Image.open(file) as opened:
            picture = opened.convert("RGB")
        scale = min(1, height / picture.height, MAX_WIDTH / picture.width)
        pictures.append(picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.LANCZOS))
    gap = 4
    whole = Image.new("RGB", (sum(p.width + gap for p in pictures) - gap, max(p.height for p in pictures)), "white")
    x = 0
    for picture in pictures:
        whole.paste(picture, (x, 0))
        x += picture.width + gap
    out = io.BytesIO()
    whole.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()


def first_of_each_task(evaluation, right):
    """[(task, sample, files)] of the tasks whose pictures are there."""
    found = []
    for task, settings in evaluation.tasks.items():
        sample = next((s for s in evaluation.samples[task] if bool(s["score"]) == right), None)
        files = files_of(settings, sample) if sample else []
        if files:
            found.append((task, sample, files))
    return found


def choose(evaluation, folder):
    chosen, size = [], 0
    for right in (True, False):
        found = first_of_each_task(evaluation, right)
        spread = [found[i * len(found) // PER_KIND] for i in range(PER_KIND)] if len(found) > PER_KIND else found
        for task, sample, files in spread:
            data = strip(files)
            size += len(data)
            if size > MAX_BYTES:
                return chosen
            name = f"{'right' if right else 'wrong'}_{task}.jpg"
            (folder / name).write_bytes(data)
            chosen.append((task, sample, name))
    return chosen
