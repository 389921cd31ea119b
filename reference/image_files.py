"""Makes the pictures under testdata/images and testdata/corrupt/images.

    python reference/image_files.py SKIMAGE_DATA_FOLDER testdata

SKIMAGE_DATA_FOLDER is skimage/data of scikit-image 0.26.0 (astronaut, coffee, chelsea, rocket).
Versions: Pillow 12.1.0, numpy 2. Needed only to make the files anew.
"""

import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pack_rows(samples, bits):
    """PNG scanlines, filter 0, of [rows, cols, channels]."""
    out = b""
    for row in samples:
        flat = row.reshape(-1)
        if bits == 16:
            line = flat.astype(">u2").tobytes()
        else:
            line = np.packbits(np.unpackbits(flat.astype(np.uint8)[:, None], axis=1)[:, 8 - bits :]).tobytes()
        out += b"\0" + line
    return out


def png(samples, bits, colour_type, interlaced=False, before=b"", after=b""):
    height, width, _ = samples.shape
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, int(interlaced))
    if interlaced:
        parts = [samples[y::dy, x::dx] for x, y, dx, dy in PASSES]
        raw = b"".join(pack_rows(p, bits) for p in parts if p.size)
    else:
        raw = pack_rows(samples, bits)
    data = chunk(b"IDAT", zlib.compress(raw, 9))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + data + after + chunk(b"IEND", b"")


def exif(orientation, order="<"):
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + struct.pack(order + "IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def bmp(samples, bits, top_down=False, palette=b"", masks=b"", channels=3):
    height, width = samples.shape[:2]
    rows = samples if top_down else samples[::-1]
    lines = b""
    for row in rows:
        if bits <= 8:
            line = np.packbits(np.unpackbits(row.astype(np.uint8)[:, None], axis=1)[:, 8 - bits :]).tobytes()
        else:
            line = row[:, :channels].astype(np.uint8).tobytes()
        lines += line + b"\0" * (-len(line) % 4)
    at = 14 + 40 + len(masks) + len(palette)
    info = struct.pack(
        "<IiiHHIIiiII",
        40,
        width,
        -height if top_down else height,
        1,
        bits,
        3 if masks else 0,
        len(lines),
        2835,
        2835,
        len(palette) // 4,
        0,
    )
    return b"BM" + struct.pack("<IHHI", at + len(lines), 0, 0, at) + info + masks + palette + lines


def save_photos(source, out):
    for name, quality in [("astronaut.png", 85), ("coffee.png", 88), ("chelsea.png", 90), ("rocket.jpg", 90)]:
        image = Image.open(source / name).convert("RGB")
        image.save(out / (Path(name).stem + ".jpg"), quality=quality, optimize=True)


def save_jpegs(small, out):
    small.convert("L").save(out / "grey.jpg", quality=85)
    small.save(out / "progressive.jpg", quality=85, progressive=True)
    small.save(out / "restart.jpg", quality=85, restart_marker_blocks=3)
    for name, sampling in [("444", 0), ("422", 1), ("420", 2)]:
        small.crop((3, 5, 90, 60)).save(out / f"sampling_{name}.jpg", quality=85, subsampling=sampling)
    small.convert("CMYK").save(out / "cmyk.jpg", quality=85)
    small.save(out / "jpeg_named.png", format="JPEG", quality=80)
    tiny = small.crop((20, 10, 53, 31))
    for k in range(1, 9):
        block = b"Exif\0\0" + exif(k, "<" if k % 2 else ">")
        tiny.save(out / f"orientation_{k}.jpg", quality=85, exif=block)


def save_pngs(small, out):
    rgb = np.asarray(small)
    height, width, _ = rgb.shape
    ramp = np.arange(height * width, dtype=np.int64).reshape(height, width, 1)
    alpha = (ramp * 7 % 256).astype(np.uint8)
    grey = np.asarray(small.convert("L"))[:, :, None]
    wide = (rgb.astype(np.int64) * 257 + ramp * 13) % 65536
    wide_grey = np.where(ramp % 3 == 0, ramp % 400, wide[:, :, :1])
    small.save(out / "rgb.png", optimize=True)
    files = {
        "rgba.png": png(np.concatenate([rgb, alpha], 2), 8, RGB_ALPHA),
        "grey_alpha.png": png(np.concatenate([grey, alpha], 2), 8, GREY_ALPHA),
        "grey.png": png(grey, 8, GREY),
        "grey_trns.png": png(grey, 8, GREY, before=chunk(b"tRNS", struct.pack(">H", 128))),
        "grey1.png": png(grey >> 7, 1, GREY),
        "grey2.png": png(grey >> 6, 2, GREY),
        "grey4.png": png(grey >> 4, 4, GREY, interlaced=True),
        "grey16.png": png(wide_grey, 16, GREY),
        "grey_alpha16.png": png(np.concatenate([wide_grey, wide_grey[::-1]], 2), 16, GREY_ALPHA),
        "rgb16.png": png(wide, 16, RGB),
        "rgba16.png": png(np.concatenate([wide, wide[:, :, :1]], 2), 16, RGB_ALPHA),
        "interlaced.png": png(rgb, 8, RGB, interlaced=True),
        "exif_before.png": png(rgb[:9, :14], 8, RGB, before=chunk(b"eXIf", exif(6))),
        "exif_after.png": png(rgb[:9, :14], 8, RGB, after=chunk(b"eXIf", exif(8, ">"))),
    }
    colours = small.quantize(16)
    table = bytes(colours.getpalette()[:48])
    indices = np.asarray(colours)[:, :, None]
    trns = chunk(b"tRNS", bytes([0, 128, 255]))
    files["palette_trns.png"] = png(indices, 8, PALETTE, before=chunk(b"PLTE", table) + trns)
    files["palette4.png"] = png(indices, 4, PALETTE, before=chunk(b"PLTE", table))
    for name, data in files.items():
        (out / name).write_bytes(data)


def save_webps(small, out):
    rgba = small.copy()
    rgba.putalpha(Image.linear_gradient("L").resize(small.size))
    small.save(out / "lossy.webp", quality=80)
    small.save(out / "lossless.webp", lossless=True)
    rgba.save(out / "alpha.webp", quality=80)
    rgba.save(out / "alpha_lossless.webp", lossless=True, exact=True)
    small.crop((0, 0, 40, 25)).save(out / "exif.webp", quality=80, exif=exif(5))
    small.save(out / "animated.webp", save_all=True, append_images=[small.rotate(180)], quality=60)


def save_gifs(small, out):
    colours = small.quantize(64)
    colours.save(out / "plain.gif", interlace=0)
    colours.save(out / "interlaced.gif", interlace=1)
    small.convert("L").save(out / "grey.gif")
    other = small.rotate(180).quantize(32)
    colours.save(out / "animated.gif", save_all=True, append_images=[other], duration=100)
    screen = bytearray((out / "plain.gif").read_bytes())
    struct.pack_into("<HH", screen, 6, small.width + 11, small.height + 7)
    at = screen.index(b",\0\0\0\0" + struct.pack("<HH", *small.size))
    struct.pack_into("<HH", screen, at + 1, 5, 3)
    (out / "offset.gif").write_bytes(screen)


def save_bmps(small, out):
    rgb = np.asarray(small.crop((0, 0, 45, 30)))
    bgra = np.concatenate([rgb[:, :, ::-1], rgb[:, :, :1]], 2)
    xbgr = np.concatenate([rgb[:, :, :1], rgb[:, :, ::-1]], 2)
    indices = np.asarray(small.crop((0, 0, 45, 30)).quantize(16))
    table = np.asarray(small.crop((0, 0, 45, 30)).quantize(16).getpalette()[:48], np.uint8).reshape(16, 3)
    palette = np.concatenate([table[:, ::-1], np.zeros((16, 1), np.uint8)], 1).tobytes()
    grey = np.asarray(small.crop((0, 0, 45, 30)).convert("L"))
    files = {
        "bits24.bmp": bmp(bgra, 24),
        "bits24_top_down.bmp": bmp(bgra, 24, top_down=True),
        "bits32.bmp": bmp(bgra, 32, channels=4),
        "bits32_masks.bmp": bmp(xbgr, 32, channels=4, masks=struct.pack("<III", 0xFF000000, 0xFF0000, 0xFF00)),
        "bits8.bmp": bmp(indices, 8, palette=palette),
        "bits4.bmp": bmp(indices, 4, palette=palette),
        "bits1.bmp": bmp(grey >> 7, 1, palette=bytes([10, 20, 30, 0, 200, 220, 240, 0])),
    }
    for name, data in files.items():
        (out / name).write_bytes(data)


def save_corrupt(good, out):
    read = lambda name: (good / name).read_bytes()
    for name in [
        "progressive.jpg",
        "restart.jpg",
        "rgb.png",
        "interlaced.png",
        "lossy.webp",
        "lossless.webp",
        "animated.webp",
        "plain.gif",
        "bits24.bmp",
    ]:
        data = read(name)
        (out / f"half_{name}").write_bytes(data[: len(data) // 2])
    jpeg, picture, gif, plain_bmp = read("restart.jpg"), read("rgb.png"), read("plain.gif"), read("bits24.bmp")
    frame = jpeg.index(b"\xff\xc0")
    scan = jpeg.index(b"\xff\xda")
    patch = lambda data, at, new: data[:at] + new + data[at + len(new) :]
    ihdr = lambda w, h: chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, 8, 2, 0, 0, 0))
    start, rest = picture[:8], picture[33:]
    descriptor = gif.index(b",\0\0\0\0")
    files = {
        "empty.jpg": b"",
        "magic_only.jpg": b"\xff\xd8\xff",
        "no_end.jpg": jpeg[:-2],
        "too_tall.jpg": patch(jpeg, frame + 5, struct.pack(">H", 400)),
        "zero_height.jpg": patch(jpeg, frame + 5, b"\0\0"),
        "bits12.jpg": patch(jpeg, frame + 4, b"\x0c"),
        "components2.jpg": patch(jpeg, frame + 9, b"\x02"),
        "lossless.jpg": patch(jpeg, frame, b"\xff\xc3"),
        "two_frames.jpg": jpeg[:scan] + jpeg[frame : frame + 19] + jpeg[scan:],
        "bad_codes.jpg": jpeg[: scan + 14] + b"\xff\x00" * 300 + b"\xff\xd9",
        "bad_crc.png": patch(picture, len(picture) // 2, bytes([picture[len(picture) // 2] ^ 255])),
        "bad_header_crc.png": patch(picture, 29, b"\0\0\0\0"),
        "bomb.png": start + ihdr(60000, 60000) + chunk(b"IDAT", zlib.compress(bytes(5000))) + chunk(b"IEND", b""),
        "too_large_for_its_bytes.png": start + ihdr(7000, 7000) + rest,
        "too_tall.png": start + ihdr(96, 70) + rest,
        "zero_width.png": start + ihdr(0, 64) + rest,
        "beyond_the_format.png": start + ihdr(0xFFFFFFFF, 1) + rest,
        "no_end.png": picture[:-12],
        "palette_index.png": png(np.full((4, 4, 1), 9), 8, PALETTE, before=chunk(b"PLTE", bytes(range(12)))),
        "no_palette.png": png(np.full((4, 4, 1), 0), 8, PALETTE),
        "too_tall.gif": patch(gif, descriptor + 7, struct.pack("<H", 500)),
        "zero_frame.gif": patch(gif, descriptor + 5, b"\0\0"),
        "no_frame.gif": gif[:descriptor] + b";",
        "bad_codes.gif": gif[: descriptor + 10] + b"\x08\x04\xff\xff\xff\xff\0;",
        "too_tall.bmp": patch(plain_bmp, 22, struct.pack("<i", 3000)),
        "most_negative.bmp": patch(plain_bmp, 18, struct.pack("<ii", 1, -(2**31))),
        "negative_width.bmp": patch(plain_bmp, 18, struct.pack("<i", -45)),
        "compressed.bmp": patch(plain_bmp, 30, struct.pack("<I", 1)),
        "long_header.bmp": patch(plain_bmp, 14, struct.pack("<I", 0xFFFFFFF0)),
        "bad_length.webp": patch(read("lossy.webp"), 4, struct.pack("<I", 0x7FFFFFFF)),
        "wrong_size.webp": patch(read("alpha.webp"), 24, struct.pack("<I", 5000)),
        "photo.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        "photo.avif": b"\0\0\0\x1cftypavif\0\0\0\0mif1avif",
        "scan.tif": b"II*\0\x08\0\0\0\0\0",
        "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        "paper.pdf": b"%PDF-1.7\n",
        "clip.mp4": b"\0\0\0\x18ftypisom\0\0\0\0isommp42",
        "notes.jpg": b"This is a text file.\n",
    }
    for name, data in files.items():
        (out / name).write_bytes(data)


def main():
    source, testdata = Path(sys.argv[1]), Path(sys.argv[2])
    good, corrupt = testdata / "images", testdata / "corrupt" / "images"
    good.mkdir(parents=True, exist_ok=True)
    corrupt.mkdir(parents=True, exist_ok=True)
    save_photos(source, good)
    small = Image.open(source / "chelsea.png").convert("RGB").crop((90, 60, 380, 252)).resize((96, 64))
    save_jpegs(small, good)
    save_pngs(small, good)
    save_webps(small, good)
    save_gifs(small, good)
    save_bmps(small, good)
    save_corrupt(good, corrupt)


if __name__ == "__main__":
    main()
