"""Options, help, exit codes and `explain`, from outside. The token counts of known sizes were
computed with the authors' code and transformers 4.57.6."""

import json
import math
import os
import shutil
import tempfile
import unittest
from pathlib import Path

from program import CORRUPT, HF, INPUT, NANO, OFFICIAL, PICTURES, USAGE, VIDEOS, ProgramTest, run, run_each

COMMANDS = [
    ["ask"],
    ["chat"],
    ["explain"],
    ["trace"],
    ["checkpoint"],
    ["checkpoint", "info"],
    ["checkpoint", "verify"],
    ["checkpoint", "convert"],
    ["checkpoint", "assemble"],
    ["checkpoint", "random"],
    ["bench"],
    ["synth"],
    ["eval"],
    ["eval", "list"],
    ["eval", "table"],
]

# width, height, grid, unpadded, final, tokens, tiles with the base image
SIZES = [
    (384, 384, [1, 1], [27, 27], [27, 27], 1485, 2),
    (336, 336, [1, 1], [27, 27], [27, 27], 1485, 2),
    (224, 224, [1, 1], [27, 27], [27, 27], 1485, 2),
    (768, 768, [2, 2], [54, 54], [54, 54], 3699, 5),
    (640, 480, [2, 2], [40, 54], [40, 54], 2929, 5),
    (480, 640, [2, 2], [54, 40], [54, 40], 2943, 5),
    (1024, 768, [2, 3], [54, 73], [54, 73], 4725, 7),
    (1024, 899, [3, 3], [71, 81], [71, 81], 6551, 10),
    (1280, 720, [2, 4], [54, 96], [54, 96], 5967, 9),
    (1152, 1152, [3, 3], [81, 81], [81, 81], 7371, 10),
    (944, 1153, [4, 3], [98, 81], [98, 81], 8765, 13),
    (1536, 1536, [4, 4], [108, 108], [81, 81], 7371, 17),
    (1920, 1080, [3, 5], [75, 135], [60, 108], 7269, 16),
    (2304, 2304, [6, 6], [162, 162], [81, 81], 7371, 37),
    (4032, 3024, [5, 6], [121, 162], [70, 93], 7309, 31),
    (3000, 2000, [4, 6], [108, 162], [66, 99], 7329, 25),
    (4000, 1000, [2, 6], [40, 162], [40, 162], 7249, 13),
    (2480, 3508, [6, 5], [162, 115], [96, 68], 7353, 31),
    (100, 1000, [3, 1], [81, 9], [81, 9], 1539, 4),
    (1000, 100, [1, 3], [9, 81], [9, 81], 1467, 4),
    (500, 3000, [6, 1], [162, 27], [162, 27], 5265, 7),
    (5000, 200, [1, 6], [7, 162], [7, 162], 1870, 7),
]


class Help(ProgramTest):
    def test_every_command_shows_an_example(self):
        for command, done in run_each(lambda command: run(*command, "--help"), [[], *COMMANDS]):
            with self.subTest(command=command):
                self.assertEqual(done.code, 0)
                self.assertRegex(done.out, r"Examples?:\s+onevision " + " ".join(command))
                self.assertEqual(done.err, "")

    def test_version(self):
        self.assertRegex(self.succeed("--version").out, r"^onevision \d+\.\d+\S*\n$")


class Usage(ProgramTest):
    def test_refused_command_lines(self):
        lines = ["", "ask hi extra", "checkpoint", "bench frob", "trace hi", "checkpoint convert --to pt --out x",
                 "ask --batch x.jsonl", "ask --out x.jsonl", "ask hi --batch x.jsonl --out y.jsonl", "ask hi --stop",
                 "ask hi --dtype float8", "ask hi --device tpu", "ask hi --kernels sse9",
                 "ask hi --compat pillow"]  # fmt: skip
        for line, done in run_each(lambda line: run(*line.split()), lines):
            with self.subTest(line=line):
                self.check_refused(done, USAGE)

    def test_unknown_words_are_named(self):
        for line, word in [("frob", "frob"), ("--nope", "--nope"), ("ask hi --imagee x.png", "--imagee")]:
            with self.subTest(line=line):
                self.assertIn(word, self.refuse(USAGE, *line.split()).err)

    def test_bad_numbers(self):
        bad = {
            "--max-new-tokens": ["0", "1e99", "99999999999999999999", ""],
            "--temperature": ["-1", "nan"],
            "--top-p": ["0", "nan"],
            "--top-k": ["-1"],
            "--repetition-penalty": ["0", "nan"],
            "--seed": ["-1", "1.5", "99999999999999999999"],
            "--threads": ["-1"],
            "--num-frames": ["0", "99999999999999999999"],
            "--max-file-mb": ["nan", "inf"],
            "--max-megapixels": ["0", "nan"],
            "--max-video-minutes": ["-1", "nan"],
        }
        pairs = [(option, value) for option, values in bad.items() for value in values]
        common = ("ask", "hi", "--model", OFFICIAL, "--max-new-tokens=1")
        for (option, value), done in run_each(lambda pair: run(*common, "=".join(pair)), pairs):
            with self.subTest(option=option, value=value):
                self.check_refused(done, USAGE)
                self.assertIn(option.strip("-"), done.err)

    def test_no_question(self):
        self.refuse(USAGE, "ask", "--model", OFFICIAL)

    def test_errors_of_json_runs_are_json_too(self):
        done = run("ask", "hi", "--json", "--model", OFFICIAL, "--image", "missing.png")
        self.assertEqual(done.code, INPUT)
        self.assertEqual(set(done.json()["error"]), {"kind", "message"})
        self.assertEqual(done.json()["error"]["kind"], "input")
        self.assertIn("missing.png", done.err)


def write_published_tower(folder):
    """The built-in model with tiles of 384 pixels and patches of 14, as the published models have; all weights zero."""
    source = NANO
    for name in os.listdir(source):
        if name.endswith(".json"):
            shutil.copy(source / name, folder)
    config = json.loads((folder / "config.json").read_text())
    config["vision_config"] |= {"image_size": 384, "patch_size": 14}
    config["image_grid_pinpoints"] = [[384 * i, 384 * j] for i in range(1, 7) for j in range(1, 7)]
    (folder / "config.json").write_text(json.dumps(config))
    with open(source / "model.safetensors", "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    header.pop("__metadata__", None)
    end = 0
    for name, tensor in header.items():
        if name.endswith("position_embedding.weight"):
            tensor["shape"][0] = 27 * 27
        if name.endswith("patch_embedding.weight"):
            tensor["shape"][2:] = [14, 14]
        begin, end = end, end + 2 * math.prod(tensor["shape"])
        tensor["data_offsets"] = [begin, end]
    text = json.dumps(header).encode()
    with open(folder / "model.safetensors", "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + end)


class Explain(ProgramTest):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="onevision-published-")
        cls.addClassCleanup(folder.cleanup)
        cls.model = ("--model", folder.name)
        write_published_tower(Path(folder.name))

    def explain(self, *arguments):
        model = () if "--model" in arguments else self.model
        return self.succeed("explain", "--json", *model, *arguments).json()

    def test_shape(self):
        found = self.explain("--image-size", "1024x899")
        self.assertEqual(set(found), {"items", "prompt_tokens", "memory"})
        self.assertEqual(set(found["memory"]), {"weights_bytes", "kv_bytes", "activations_bytes"})
        for value in found["memory"].values():
            self.assertGreater(value, 0)
        self.assertEqual(found["items"], [
            {"kind": "image", "source": "", "width": 1024, "height": 899, "mode": "anyres", "grid": [3, 3], "tiles": 10,
             "unpadded": [71, 81], "final": [71, 81], "frames": 0, "tokens": 6551}])  # fmt: skip
        self.assertGreater(found["prompt_tokens"], 6551)

    def test_known_sizes(self):
        for width, height, grid, unpadded, final, tokens, tiles in SIZES[7:20:4]:
            with self.subTest(size=f"{width}x{height}"):
                (item,) = self.explain("--image-size", f"{width}x{height}")["items"]
                found = [item[key] for key in ("mode", "grid", "unpadded", "final", "tokens", "tiles")]
                self.assertEqual(found, ["anyres", grid, unpadded, final, tokens, tiles])

    def test_geometry_of_all_known_sizes(self):
        done = self.succeed("geometry", *self.model, given="".join(f"{size[0]} {size[1]}\n" for size in SIZES))
        for size, line in zip(SIZES, done.out.splitlines(), strict=True):
            _, _, grid, unpadded, final, tokens, _ = size
            self.assertEqual([int(word) for word in line.split()], [*grid, *unpadded, *final, tokens], size)

    def test_rounding_follows_compat(self):
        for compat, tokens in [("exact", 7209), ("official", 8748), ("hf", 7209)]:
            found = self.explain("--image-size", "1375x1125", "--compat", compat)
            self.assertEqual(found["items"][0]["tokens"], tokens, compat)

    def test_several_pictures_are_one_tile_each(self):
        found = self.explain("--image-size", "1024x899", "--image-size", "10x2000", "--image", PICTURES / "coffee.jpg")
        self.assertEqual([(i["mode"], i["tiles"], i["tokens"]) for i in found["items"]], [("pad", 1, 730)] * 3)

    def test_video(self):
        found = self.explain("--video", VIDEOS / "ball.mp4", "--num-frames", "32")
        (item,) = found["items"]
        self.assertEqual((item["kind"], item["mode"], item["frames"], item["tokens"]), ("video", "video", 32, 6273))
        (item,) = self.explain("--video", VIDEOS / "frames", "--num-frames", "4")["items"]
        self.assertEqual((item["frames"], item["tokens"]), (4, 4 * 196 + 1))

    def test_a_video_leaves_a_picture_in_tiles(self):
        found = self.explain("--video", VIDEOS / "frames", "--num-frames", "2", "--image-size", "640x480")
        self.assertEqual(sorted(i["tokens"] for i in found["items"]), [2 * 196 + 1, 2929])

    def test_orientation(self):
        sides = {}
        for turn in (1, 3, 6, 8):
            (item,) = self.explain("--image", PICTURES / f"orientation_{turn}.jpg")["items"]
            sides[turn] = (item["width"], item["height"])
        self.assertEqual(sides[1], sides[3])
        self.assertEqual(sides[6], sides[8])
        (item,) = self.explain("--compat", "official", "--image", PICTURES / "orientation_6.jpg")["items"]
        self.assertNotEqual(sides[6], (item["width"], item["height"]))

    def test_text_says_the_numbers(self):
        out = self.succeed("explain", *self.model, "--image-size", "1024x899").out
        for words in ("1024x899", "3x3", "6551 tokens", "memory"):
            self.assertIn(words, out)

    def test_bad_sizes(self):
        sizes = ["0x5", "-1x3", "axb", "5x", "", "5x5x5", "1e3x5", " 5x5"]
        for size, done in run_each(lambda size: run("explain", f"--image-size={size}"), sizes):
            with self.subTest(size=size):
                self.check_refused(done, USAGE)
        for size in ["99999999999x1", "9223372036854775807x9223372036854775807"]:
            with self.subTest(size=size):
                self.refuse(INPUT, "explain", "--image-size", size)
        self.assertIn(run("explain", "--image-size", "9" * 40 + "x1").code, (USAGE, INPUT))

    def test_a_prompt_over_the_context_is_refused(self):
        sizes = ["--image-size=50x50"] * 60
        self.refuse(INPUT, "explain", *self.model, *sizes)

    def test_other_geometry_and_layout(self):
        for model in (OFFICIAL, HF):
            (item,) = self.explain("--model", model, "--image-size", "640x480")["items"]
            self.assertEqual((item["tiles"], item["tokens"]), (31, 156))

    def test_bad_picture(self):
        self.refuse(INPUT, "explain", "--image", CORRUPT / "images" / "bomb.png")


if __name__ == "__main__":
    unittest.main()
