"""What tools/fetch_assets.py needs to know of GCompris: its resource files, and the notices about its pictures.

An activity's data is one Qt resource file; the README files in it say under which licence each picture is.
Usage: files = read_rcc(path.read_bytes()); is_free(notice_of(files, "images/fishes/fish1.webp"))
"""

import re
import struct
import zlib
from pathlib import PurePosixPath


def read_rcc(data: bytes) -> dict[str, bytes]:
    """The files of a Qt resource file (the format of Qt's rcc program, versions 1 to 3)."""
    magic, version, tree, contents, names = struct.unpack_from(">4s4I", data)
    if magic != b"qres" or version not in (1, 2, 3):
        raise ValueError("not a Qt resource file of version 1 to 3")
    row_size = 14 if version == 1 else 22
    files = {}

    def walk(row: int, parent: str) -> None:
        name, flags, first, second = struct.unpack_from(">IHII", data, tree + row * row_size)
        (length,) = struct.unpack_from(">H", data, names + name)
        text = data[names + name + 6 : names + name + 6 + 2 * length].decode("utf-16-be")
        here = (f"{parent}/{text}" if parent else text) if row else ""  # the root has no name
        if flags & 2:  # a folder: number of entries, first entry
            for child in range(second, second + first):
                walk(child, here)
            return
        (offset,) = struct.unpack_from(">I", data, tree + row * row_size + 10)
        (size,) = struct.unpack_from(">I", data, contents + offset)
        content = data[contents + offset + 4 : contents + offset + 4 + size]
        if flags & 4:
            raise ValueError(f"{here} is compressed with zstd, which this reader does not know")
        files[here] = zlib.decompress(content[4:]) if flags & 1 else content

    walk(0, "")
    return files


def read_notice(text: str) -> dict[str, dict]:
    """A README of GCompris: blocks of Copyright, License, Source and the Files that they are about."""
    notices = {}
    for block in re.split(r"\n\s*\n", text):
        fields, key = {}, None
        for line in block.splitlines():
            match = re.match(r"(Copyright|License|Source|Files|Comments):\s*(.*)", line)
            if match:
                key, line = match.groups()
            if key and line.strip():
                fields.setdefault(key, []).append(line.strip())
        for file in fields.get("Files", []):
            notices[file] = {name: " ".join(fields.get(name, [])) for name in ("Copyright", "License", "Source")}
    return notices


def notice_of(files: dict[str, bytes], picture: str) -> dict | None:
    """From the nearest README above the picture, which names it relative to itself."""
    for parent in PurePosixPath(picture).parents:
        readme = files.get(str(parent / "README"))
        if readme is not None:
            return read_notice(readme.decode("utf-8")).get(str(PurePosixPath(picture).relative_to(parent)))
    return None


def is_free(notice: dict | None) -> bool:
    free = re.compile(r"(public domain|CC0(-1\.0)?)$", re.IGNORECASE)
    return notice is not None and free.match(notice["License"]) is not None
