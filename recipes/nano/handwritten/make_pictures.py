#!/usr/bin/env python3
"""Makes the pictures of the handwritten questions: clip art, photos and videos here, the rest by the two files beside.

Sources are the packages of tools/fetch_assets.py, pictures of them that training never sees, and a few more fonts
(PACKAGES). Clip art that training draws with is refused, and so are photos of its split.
Usage: pip install -r requirements.txt; python make_pictures.py pictures   (gnuplot and ffmpeg of Debian 12)
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools"))
import fetch_assets  # noqa: E402
from make_charts import draw_charts  # noqa: E402
from make_pages import JPEG_QUALITY, draw_pages, font, traffic_light  # noqa: E402

PACKAGES = {
    "fonts-cabin": "1.5-3",
    "fonts-comfortaa": "3.001-3",
    "fonts-courier-prime": "0+git20190115-3",
    "fonts-crosextra-caladea": "20200211-1",
    "fonts-dkg-handwriting": "0.17-1",
    "fonts-league-spartan": "2.210-1",
    "fonts-quicksand": "0.2016-2.1",
}
FONTS = {
    "cabin": ("fonts-cabin", "Cabin-Regular.otf"),
    "caladea": ("fonts-crosextra-caladea", "Caladea-Regular.ttf"),
    "comfortaa": ("fonts-comfortaa", "Comfortaa-Bold.ttf"),
    "courier_prime": ("fonts-courier-prime", "Courier Prime.otf"),
    "courier_prime_bold": ("fonts-courier-prime", "Courier Prime Bold.otf"),
    "dkg": ("fonts-dkg-handwriting", "dkg.ttf"),
    "league_spartan": ("fonts-league-spartan", "LeagueSpartan-SemiBold.otf"),
    "quicksand": ("fonts-quicksand", "Quicksand-Medium.ttf"),
}
CLIP_ART = {
    "apple": "food/fruit/applf.png",
    "bananas": "food/fruit/bananas_nicu_buculei_01.png",
    "car": "recreation/sports/sportcar_sergio_luiz_ara_01.png",
    "cat": "animals/mammals/housecats/gatto_cat_architetto_fra_02.png",
    "clock": "signs_and_symbols/clocks/orologio_da_parete_archi_01.png",
    "dog": "animals/mammals/dog_on_leash_gerald_g._01.png",
    "green_pear": "food/fruit/green_pear_01.png",
    "horse": "animals/mammals/horses/cavallo_architetto_franc_03.png",
    "house": "buildings/homes/my_house_01.png",
    "jeep": "transportation/toyota_land_cruiser_ganson.png",
    "one_way": "transportation/roadsigns/one_way_sign_01.png",
    "parking": "transportation/roadsigns/parking_romus_01.png",
    "snowman": "recreation/holiday/snowman_01.png",
    "stop": "transportation/roadsigns/stop_sign_01.png",
}
# Those of GCompris are of the test split, or not in the lists of training at all.
PHOTOS = {
    "fish": "categorization/images/fishes/fish28.webp",
    "giraffes": "explore_world_animals/animals/giraffe.webp",
    "hammer": "categorization/images/tools/hammer9.webp",
    "pyramid": "explore_monuments/egypt/greatPyramidOfGiza.webp",
    "scissors": "categorization/images/tools/scissors4.webp",
    "spoons": "categorization/images/others/spoons.webp",
    "windmill": "categorization/images/renewable/windmill14.webp",
}
TEST_PHOTOS = {"cat_photo": "chelsea.jpg", "coffee": "coffee.jpg", "rocket": "rocket.jpg"}
PHOTO_SIDE = 256


class ClipArt:
    def __init__(self, packages: fetch_assets.Packages):
        self.folder = packages.folder("openclipart-png") / "usr/share/openclipart/png"
        # The package has some pictures under several names.
        listed = [name for entry in fetch_assets.read_list("objects.json") for name in entry["clipart"]]
        self.trained = {(self.folder / name).read_bytes() for name in listed}

    def picture(self, name: str, side: int) -> Image.Image:
        path = self.folder / CLIP_ART[name]
        if path.read_bytes() in self.trained:
            sys.exit(f"make_pictures: {CLIP_ART[name]} is in tools/assets/objects.json, which training draws with")
        picture = Image.open(path).convert("RGBA")
        picture = picture.crop(picture.getchannel("A").getbbox())
        picture.thumbnail((side, side), Image.Resampling.LANCZOS)
        return picture


def on_paper(size: tuple, color: str, *things: tuple) -> Image.Image:
    """Each thing is a picture and its centre."""
    paper = Image.new("RGB", size, color)
    for picture, x, y in things:
        paper.paste(picture, (x - picture.width // 2, y - picture.height // 2), picture)
    return paper


def scenes(art: ClipArt) -> dict[str, Image.Image]:
    apple, pear, house = art.picture("apple", 52), art.picture("green_pear", 52), art.picture("house", 120)
    fruits = [(apple, 34, 38), (pear, 96, 44), (apple, 156, 40), (pear, 54, 112), (apple, 130, 112)]
    single = {"car": ("#f4f4f4", 140), "cat": ("#dfeedd", 140), "clock": ("#e9dcc9", 136), "dog": ("#ffffff", 140),
              "horse": ("#cfe3f5", 140), "jeep": ("#f6e6ee", 144), "one_way": ("#b9d4e8", 150),
              "parking": ("#e8e8e8", 120), "snowman": ("#bcd6ee", 150), "stop": ("#bfdcc0", 120)}  # fmt: skip
    made = {name: on_paper((160, 160), color, (art.picture(name, side), 80, 80))
            for name, (color, side) in single.items()}  # fmt: skip
    made["apples_and_pears"] = on_paper((192, 152), "#fdf6e3", *fruits)
    made["pear_and_bananas"] = on_paper((192, 112), "#ffffff", (art.picture("green_pear", 86), 46, 56),
                                        (art.picture("bananas", 86), 142, 56))  # fmt: skip
    made["house"] = on_paper((192, 144), "#cfe8fb", (house, 68, 80))
    made["house_and_car"] = on_paper((192, 144), "#cfe8fb", (house, 68, 80), (art.picture("car", 62), 156, 114))
    made["light_red"] = traffic_light("red")
    return made


def write_photos(packages: fetch_assets.Packages, out: Path) -> None:
    photos = fetch_assets.Photos(packages)
    listed = fetch_assets.read_list("photos.json")
    for name, path in PHOTOS.items():
        for group in listed.values():
            num_test = max(1, round(fetch_assets.PHOTO_TEST_SHARE * len(group))) if len(group) > 1 else 0
            if path in group[: len(group) - num_test]:
                sys.exit(f"make_pictures: {path} is in the training split of tools/assets/photos.json")
        write_photo(photos.open(path)[0], out / f"{name}.jpg")
    for name, file in TEST_PHOTOS.items():
        write_photo(Image.open(ROOT / "testdata/images" / file).convert("RGB"), out / f"{name}.jpg")


def write_photo(photo: Image.Image, path: Path) -> None:
    photo.thumbnail((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS)
    photo.save(path, quality=JPEG_QUALITY)


def write_videos(art: ClipArt, out: Path, fonts: dict) -> None:
    """A drive (four seconds of H.264, and four of its frames as a strip to look at), and two folders of frames."""
    car = art.picture("car", 64)
    with tempfile.TemporaryDirectory() as folder:
        strip = Image.new("RGB", (4 * 120, 72))
        for index in range(32):
            road = on_paper((160, 96), "#dce9f2")
            ImageDraw.Draw(road).rectangle((0, 62, 160, 84), fill="#8a8a8a")
            road.paste(car, (2 + 3 * index, 44), car)
            road.save(f"{folder}/{index:02}.png")
            if index % 8 == 0:
                strip.paste(road.resize((120, 72), Image.Resampling.LANCZOS), (15 * index, 0))
        strip.save(out / "drive.png", optimize=True)
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-framerate", "8", "-i", f"{folder}/%02d.png", "-threads", "1",
                        "-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1", "-pix_fmt", "yuv420p",
                        "-crf", "22", out / "drive.mp4"], check=True)  # fmt: skip
    frames = {"light": [], "numbers": []}
    for color in ("red", "red", "yellow", "green", "green"):
        frames["light"].append(traffic_light(color))
    for number in ("5", "5", "9", "9", "2", "2"):
        sheet = Image.new("RGB", (112, 112), "#e9f3e4")
        ImageDraw.Draw(sheet).text((56, 56), number, font=font(fonts["comfortaa"], 72), fill="#23407a", anchor="mm")
        frames["numbers"].append(sheet)
    for name, pictures in frames.items():
        (out / name).mkdir()
        for number, picture in enumerate(pictures, 1):
            picture.save(out / name / f"frame_{number}.png", optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path, help="folder to write; it must not exist")
    parser.add_argument("--cache", type=Path, help="folder of downloaded packages (build/assets-packages)")
    options = parser.parse_args()
    options.out.mkdir()
    with tempfile.TemporaryDirectory() as folder:
        packages = fetch_assets.Packages(options.cache or ROOT / "build/assets-packages", Path(folder))
        for name, version in PACKAGES.items():
            packages.listed[name] = {"name": name, "version": version, "from": "apt"}
        fonts = {name: next(packages.folder(package).rglob(file)) for name, (package, file) in FONTS.items()}
        draw_charts(options.out, fonts)
        draw_pages(options.out, fonts)
        art = ClipArt(packages)
        for name, scene in scenes(art).items():
            scene.save(options.out / f"{name}.png", optimize=True)
        write_photos(packages, options.out)
        write_videos(art, options.out, fonts)


if __name__ == "__main__":
    main()
