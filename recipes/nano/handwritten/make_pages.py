"""Draws pages, signs and windows of the handwritten questions with Pillow: a scanned letter, a photographed receipt...

Usage: draw_pages(Path("pictures"), fonts)    where fonts["cabin"] is a font file; make_pictures.py calls it
"""

from pathlib import Path

import numpy
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont
from sklearn.datasets import load_digits

JPEG_QUALITY = 85
LETTER = [
    ("Rome, May 14, 2019", 180, 34),
    ("Dear Anna,", 36, 92),
    ("thank you for the book. I like it very", 36, 140),
    ("much. On Sunday I will visit you and", 36, 166),
    ("bring a cake for tea.", 36, 192),
    ("Yours,", 36, 250),
    ("Peter", 36, 290),
]
RECEIPT = [("Bread", "2.50"), ("Cheese", "4.20"), ("Apples", "1.90"), ("", ""), ("TOTAL", "8.60")]
SEGMENTS = {"0": "abcdef", "3": "abcdg", "5": "acdfg", "8": "abcdefg"}


def font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size)


def with_noise(picture: Image.Image, amount: float, seed: int) -> Image.Image:
    values = numpy.asarray(picture, dtype=numpy.float64)
    values = values + numpy.random.default_rng(seed).normal(0, amount, values.shape[:2] + (1,) * (values.ndim - 2))
    return Image.fromarray(values.clip(0, 255).astype(numpy.uint8))


def letter(path: Path, fonts: dict) -> None:
    """A page as a cheap scanner gives it: gray, a little turned, blurred, with noise."""
    page = Image.new("L", (384, 448), 236)
    draw = ImageDraw.Draw(page)
    for text, x, y in LETTER:
        draw.text((x, y), text, font=font(fonts["caladea"], 18), fill=50)
    page = page.rotate(1.3, Image.Resampling.BICUBIC, fillcolor=205)
    page = with_noise(page.filter(ImageFilter.GaussianBlur(0.6)), 9, seed=1)
    page.save(path, quality=JPEG_QUALITY)


def receipt(path: Path, fonts: dict) -> None:
    """A strip of paper on a brown table, photographed not quite from above, with a shadow across it."""
    paper = Image.new("RGB", (240, 320), (242, 240, 232))
    draw = ImageDraw.Draw(paper)
    draw.text((120, 30), "CORNER SHOP", font=font(fonts["courier_prime_bold"], 24), fill=(40, 40, 50), anchor="mm")
    draw.text((120, 62), "2021-03-08", font=font(fonts["courier_prime"], 19), fill=(40, 40, 50), anchor="mm")
    for row, (item, price) in enumerate(RECEIPT):
        face = font(fonts["courier_prime_bold" if item == "TOTAL" else "courier_prime"], 21)
        draw.text((20, 100 + 36 * row), item, font=face, fill=(40, 40, 50))
        draw.text((220, 100 + 36 * row), price, font=face, fill=(40, 40, 50), anchor="ra")
    draw.line((20, 222, 220, 222), fill=(40, 40, 50), width=2)
    table = with_noise(Image.new("RGB", (320, 384), (112, 74, 46)), 7, seed=2)
    # Corners of the paper in the photo: top left, top right, bottom right, bottom left.
    warp = perspective([(46, 30), (270, 22), (292, 352), (28, 360)], paper.size)
    mask = Image.new("L", paper.size, 255).transform(table.size, Image.Transform.PERSPECTIVE, warp)
    table.paste(paper.transform(table.size, Image.Transform.PERSPECTIVE, warp, Image.Resampling.BICUBIC), (0, 0), mask)
    shadow = Image.new("L", table.size, 255)
    ImageDraw.Draw(shadow).polygon([(0, 0), (120, 0), (0, 250)], fill=195)
    shadow = shadow.filter(ImageFilter.GaussianBlur(25)).convert("RGB")
    photo = ImageChops.multiply(table, shadow).filter(ImageFilter.GaussianBlur(0.5))
    with_noise(photo, 5, seed=3).save(path, quality=JPEG_QUALITY)


def perspective(corners: list, size: tuple) -> list[float]:
    """Pillow's eight numbers of the map from points of the photo to points of the paper."""
    width, height = size
    rows, values = [], []
    for (x, y), (u, v) in zip(corners, [(0, 0), (width, 0), (width, height), (0, height)], strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return numpy.linalg.solve(numpy.array(rows, float), numpy.array(values, float)).tolist()


def dialog(path: Path, fonts: dict) -> None:
    window = Image.new("RGB", (320, 176), (58, 110, 125))
    draw = ImageDraw.Draw(window)
    draw.rectangle((16, 14, 303, 161), fill=(246, 246, 246), outline=(70, 70, 70))
    draw.rectangle((17, 15, 302, 43), fill=(45, 62, 90))
    draw.text((28, 29), "Save file", font=font(fonts["cabin"], 17), fill="white", anchor="lm")
    draw.text((287, 29), "x", font=font(fonts["cabin"], 18), fill="white", anchor="mm")
    question = "Do you want to save the changes?"
    draw.text((160, 80), question, font=font(fonts["cabin"], 17), fill=(30, 30, 30), anchor="mm")
    for left, label in ((30, "Yes"), (120, "No"), (210, "Cancel")):
        draw.rounded_rectangle((left, 112, left + 80, 146), 6, fill=(222, 226, 232), outline=(130, 130, 130))
        draw.text((left + 40, 129), label, font=font(fonts["cabin"], 17), fill=(20, 20, 20), anchor="mm")
    window.save(path, optimize=True)


def word(path: Path, fonts: dict) -> None:
    picture = Image.new("RGB", (192, 96), (250, 235, 205))
    ImageDraw.Draw(picture).text((96, 48), "garden", font=font(fonts["comfortaa"], 44), fill=(120, 30, 90), anchor="mm")
    picture.save(path, optimize=True)


def street_sign(path: Path, fonts: dict) -> None:
    picture = Image.new("RGB", (256, 160), (176, 208, 232))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((122, 96, 133, 160), fill=(120, 120, 125))
    draw.rounded_rectangle((22, 34, 233, 100), 8, fill=(18, 106, 64), outline="white", width=4)
    draw.text((128, 67), "Park Lane", font=font(fonts["league_spartan"], 38), fill="white", anchor="mm")
    picture.save(path, optimize=True)


def digital_clock(path: Path) -> None:
    """8:35 in seven segments."""
    picture = Image.new("RGB", (192, 112), (28, 30, 34))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((8, 8, 183, 103), 10, outline=(90, 92, 98), width=3)
    lines = {"a": (4, 0, 24, 0), "b": (28, 4, 28, 26), "c": (28, 34, 28, 56), "d": (4, 60, 24, 60), "e": (0, 34, 0, 56),
             "f": (0, 4, 0, 26), "g": (4, 30, 24, 30)}  # fmt: skip
    for left, digit in ((28, "8"), (92, "3"), (136, "5")):
        for segment in SEGMENTS[digit]:
            x0, y0, x1, y1 = lines[segment]
            draw.line((left + x0, 26 + y0, left + x1, 26 + y1), fill=(255, 70, 50), width=7)
    for y in (44, 66):
        draw.rectangle((71, y, 77, y + 6), fill=(255, 70, 50))
    picture.save(path, optimize=True)


def digits(path: Path) -> None:
    """Two digits of scikit-learn's set, 8x8 pixels each, enlarged: the fourth 5 and the first 0."""
    found = load_digits()
    picture = Image.new("L", (160, 112), 255)
    for left, value, which in ((14, 5, 3), (82, 0, 0)):
        image = found.images[numpy.flatnonzero(found.target == value)[which]]
        small = Image.fromarray((255 - image * 15.9).astype(numpy.uint8))
        picture.paste(small.resize((64, 80), Image.Resampling.BICUBIC), (left, 16))
    picture.save(path, optimize=True)


def blackboard(path: Path, fonts: dict) -> None:
    board = with_noise(Image.new("RGB", (224, 112), (38, 66, 54)), 4, seed=4)
    ImageDraw.Draw(board).text((112, 56), "7 + 5 = ?", font=font(fonts["dkg"], 38), fill=(235, 235, 225), anchor="mm")
    board.save(path, quality=JPEG_QUALITY)


def note(path: Path, fonts: dict) -> None:
    picture = Image.new("RGB", (224, 160), (250, 232, 120))
    draw = ImageDraw.Draw(picture)
    draw.text((22, 22), "Call Tom", font=font(fonts["dkg"], 38), fill=(30, 40, 110))
    draw.text((22, 76), "at 4 pm", font=font(fonts["dkg"], 38), fill=(30, 40, 110))
    picture.save(path, optimize=True)


def traffic_light(lit: str) -> Image.Image:
    picture = Image.new("RGB", (128, 160), (213, 221, 229))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((38, 10, 90, 150), 10, fill=(35, 38, 42))
    lamps = {"red": (235, 30, 30), "yellow": (250, 205, 40), "green": (40, 190, 70)}
    for row, (color, shade) in enumerate(lamps.items()):
        fill = shade if color == lit else (75, 78, 82)
        draw.ellipse((46, 18 + 44 * row, 82, 54 + 44 * row), fill=fill)
    return picture


def draw_pages(out: Path, fonts: dict) -> None:
    letter(out / "letter.jpg", fonts)
    receipt(out / "receipt.jpg", fonts)
    dialog(out / "dialog.png", fonts)
    word(out / "word.png", fonts)
    street_sign(out / "street_sign.png", fonts)
    digital_clock(out / "digital_clock.png")
    digits(out / "digits.png")
    blackboard(out / "blackboard.jpg", fonts)
    note(out / "note.png", fonts)
