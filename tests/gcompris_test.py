"""tools/gcompris.py: Qt resource files, and which pictures their notices put into the public domain."""

import struct
import sys
import unittest
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))
from gcompris import is_free, notice_of, read_rcc  # noqa: E402

README = """Copyright: A. Painter
License: CC-BY-SA 4.0
Files:
frame.svg

Copyright: B. Photographer
License: Public Domain
Source: https://example.org/cat
Files:
cat.webp
sub/dog.webp

Copyright: C. Photographer
License: CC0-1.0
Files: owl.webp

Files: kite.webp
License: CC0-1.0 or GPL-2+
Copyright: D
"""


def resource_file(flags: int, content: bytes) -> bytes:
    """Version 3 as Qt's documentation of rcc has it: the root, in it the folder `a`, in that the file `b`."""
    names = b"".join(struct.pack(">HI", 1, 0) + letter.encode("utf-16-be") for letter in "ab")
    time = bytes(8)
    rows = struct.pack(">IHII", 0, 2, 1, 1) + time  # name, folder, one entry, which is row 1
    rows += struct.pack(">IHII", 0, 2, 1, 2) + time
    rows += struct.pack(">IHHHI", 8, flags, 0, 1, 0) + time  # name, country, language, offset of the content
    body = struct.pack(">I", len(content)) + content
    start = 24
    return (
        struct.pack(">4s5I", b"qres", 3, start + len(body) + len(names), start, start + len(body), 0)
        + body + names + rows
    )  # fmt: skip


class Gcompris(unittest.TestCase):
    def test_files_by_path(self):
        self.assertEqual(read_rcc(resource_file(0, b"plain")), {"a/b": b"plain"})

    def test_compressed_files(self):
        packed = struct.pack(">I", 5) + zlib.compress(b"plain")
        self.assertEqual(read_rcc(resource_file(1, packed)), {"a/b": b"plain"})

    def test_refused_files(self):
        with self.assertRaisesRegex(ValueError, "zstd"):
            read_rcc(resource_file(4, b"?"))
        with self.assertRaisesRegex(ValueError, "not a Qt resource file"):
            read_rcc(b"RIFF" + bytes(30))

    def test_notices(self):
        files = {"x/README": README.encode()}
        free = {name: is_free(notice_of(files, f"x/{name}")) for name in
                ("frame.svg", "cat.webp", "sub/dog.webp", "owl.webp", "kite.webp", "unnamed.webp")}  # fmt: skip
        self.assertEqual([name for name, yes in free.items() if yes], ["cat.webp", "sub/dog.webp", "owl.webp"])
        self.assertEqual(notice_of(files, "x/cat.webp")["Source"], "https://example.org/cat")
        self.assertIsNone(notice_of(files, "y/cat.webp"))


if __name__ == "__main__":
    unittest.main()
