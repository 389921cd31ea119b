"""`synth` from outside: the same files for the same seed, strict recipes, and nothing left behind where it stops."""

import hashlib
import json
import re
import signal
import unittest

from program import (
    FORMAT,
    INPUT,
    INTERRUPTED,
    OFFICIAL,
    RESOURCE,
    ROOT,
    USAGE,
    ProgramTest,
    file_size_limit,
    read_lines,
    run,
    run_each,
    start,
)

MICRO = ROOT / "recipes" / "micro" / "data.yaml"
ASSETS = ROOT / "build" / "assets"
SMALL = """\
files:
  - {name: align, family: caption, count: 20}
  - {name: detail, family: detail, count: 20}
  - {name: question, family: question, count: 20}
  - {name: wide, family: wide, count: 20, sides: [30, 400]}
  - {name: pair, family: pair, count: 20}
  - {name: motion, family: motion, count: 20, frames: [2, 5]}
  - {name: text, family: text, count: 20}
"""


def files_below(folder):
    """{path: sha256} of every file."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def media_of(record):
    images = record.get("image", [])
    return [images] if isinstance(images, str) else images


class SynthTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.recipe = self.folder / "data.yaml"
        self.recipe.write_text(SMALL)
        self.out = self.folder / "out"

    def draw(self, name, *options):
        out = self.folder / name
        self.succeed("synth", out, "--recipe", self.recipe, "--quiet", *options)
        return files_below(out)


class Drawing(SynthTest):
    def test_same_seed_same_bytes_on_any_number_of_threads(self):
        one = self.draw("one", "--seed", "7", "--threads", "1")
        self.assertEqual(self.draw("two", "--seed", "7", "--threads", "2"), one)
        self.assertEqual(self.draw("again", "--seed", "7"), one)
        other = self.draw("other", "--seed", "8")
        self.assertNotEqual(other, one)
        self.assertNotEqual(other["align.jsonl"], one["align.jsonl"])

    def test_test_split_is_other_data(self):
        train = self.draw("train")
        self.recipe.write_text(re.sub(r"count: 20", "count: 20, split: test", SMALL))
        test = self.draw("test")
        for name in ("align", "question", "pair", "motion", "text"):
            self.assertNotEqual(train[f"{name}.jsonl"], test[f"{name}.jsonl"])
        moving = [{digest for path, digest in tree.items() if path.startswith("videos/")} for tree in (train, test)]
        self.assertFalse(moving[0] & moving[1])

    def test_records_name_files_that_are_there(self):
        tree = self.draw("out")
        named = set()
        for name in re.findall(r"name: (\w+)", SMALL):
            records = read_lines(self.out / f"{name}.jsonl")
            self.assertEqual(len(records), 20)
            self.assertEqual(len({record["id"] for record in records}), 20)
            for record in records:
                turns = record["conversations"]
                self.assertEqual([turn["from"] for turn in turns], ["human", "gpt"] * (len(turns) // 2))
                frames = sorted((self.out / record["video"]).iterdir()) if "video" in record else []
                pictures = media_of(record)
                self.assertEqual(turns[0]["value"].count("<image>"), len(pictures) + bool(frames))
                named |= {*pictures, *(str(frame.relative_to(self.out)) for frame in frames)}
        self.assertEqual(named, {path for path in tree if path.endswith(".png")})

    def test_pictures_open_as_the_model_sees_them(self):
        self.draw("out")
        wide = [self.out / media_of(record)[0] for record in read_lines(self.out / "wide.jsonl")]
        images = [word for path in wide for word in ("--image", path)]
        items = self.succeed("explain", "--model", OFFICIAL, *images, "--json").json()["items"]
        sizes = {(item["width"], item["height"]) for item in items}
        self.assertGreater(len(sizes), 15)
        self.assertTrue(all(30 <= side <= 400 for size in sizes for side in size))
        self.assertTrue(any(w > 2 * h for w, h in sizes) and any(h > 2 * w for w, h in sizes))
        clip = self.out / read_lines(self.out / "motion.jsonl")[0]["video"]
        clip_plan = self.succeed("explain", "--model", OFFICIAL, "--video", clip, "--json").json()
        self.assertEqual(clip_plan["items"][0]["kind"], "video")

    def test_json_report(self):
        report = self.succeed("synth", self.out, "--recipe", self.recipe, "--seed", "3", "--json", "--quiet").json()
        pictures = len(list(self.out.rglob("*.png")))
        self.assertEqual((report["samples"], report["pictures"], report["seed"]), (140, pictures, 3))
        self.assertGreater(report["samples_per_s"], 0)
        self.assertEqual([entry["family"] for entry in report["files"]], re.findall(r"family: (\w+)", SMALL))

    def test_prints_its_speed(self):
        done = self.succeed("synth", self.out, "--recipe", self.recipe, "--quiet")
        self.assertRegex(done.out, r"140 samples with \d+ pictures in [\d.]+ s, \d+ samples/s\n$")
        self.assertEqual(done.err, "")

    def test_micro_data(self):
        done = self.succeed("synth", self.out, "--recipe", MICRO, "--seed", "7", "--json", "--quiet", limit=60)
        for entry in done.json()["files"]:
            lines = (self.folder / entry["path"]).read_text().splitlines()
            self.assertEqual(len(lines), entry["samples"])


NOTES = "\n".join(
    f"Note {chr(97 + i % 26)}{chr(97 + i // 26)}: the {word} of {chr(98 + i % 20)}a{chr(107 + i // 20)}ory"
    " stood near the quiet harbor of Velmora, and nobody had seen any larger lighthouse there before."
    for i, word in enumerate(["keeper", "sailor", "painter", "lantern", "captain"] * 20)
)
READING = """\
files:
  - {name: page, family: synth_page, count: 20}
  - {name: line, family: read_line, count: 20}
  - {name: page_test, family: synth_page, count: 20, split: test}
"""


class OwnText(SynthTest):
    def setUp(self):
        super().setUp()
        self.notes = self.folder / "notes.txt"
        self.notes.write_text(NOTES, "utf-8")

    @unittest.skipUnless(ASSETS.is_dir(), "no build/assets: ./run assets makes it")
    def test_pages_show_the_text(self):
        self.recipe.write_text("corpus: notes.txt\n" + READING)
        options = ("--seed", "7", "--assets", ASSETS)
        one = self.draw("one", *options, "--threads", "1")
        self.assertEqual(self.draw("two", *options, "--threads", "2"), one)
        pages = [record["conversations"] for record in read_lines(self.folder / "one" / "page.jsonl")]
        answers = [turns[1]["value"] for turns in pages[::2]]  # every other sample reads the whole page first
        self.assertEqual(len(answers), 10)
        shown = [line for answer in answers for line in answer.split("\n")]
        self.assertLessEqual({word for line in shown for word in line.split()}, set(NOTES.split()))
        # All but the few that go on behind a line kept for tests stand so in the text.
        text = " ".join(NOTES.split())
        self.assertGreater(sum(line in text for line in shown), 0.8 * len(shown))
        self.recipe.write_text(READING)
        self.assertEqual(self.draw("named", *options, "--corpus", self.notes), one)
        self.assertNotEqual(self.draw("without", *options), one)

    def test_what_needs_no_text_stays_as_it_is(self):
        plain = self.draw("plain")
        self.assertEqual(self.draw("own", "--corpus", self.notes), plain)
        out = self.folder / "json"
        report = self.succeed("synth", out, "--recipe", self.recipe, "--corpus", self.notes, "--json", "--quiet").json()
        self.assertEqual((report["corpus"]["lines"], report["corpus"]["left_out"]), (100, 0))
        self.assertIn(report["corpus"]["test_lines"], range(1, 25))

    def test_refuses_what_is_no_text(self):
        cases = {b"": (FORMAT, "0 different words"), b"some words \xff": (FORMAT, "byte 11 is not UTF-8"),
                 b"some few words": (FORMAT, "3 different words.*at least 20"), None: (INPUT, "notes.txt")}  # fmt: skip
        self.recipe.write_text("corpus: notes.txt\n" + SMALL)
        for content, (kind, expected) in cases.items():
            with self.subTest(content=content):
                self.notes.unlink() if content is None else self.notes.write_bytes(content)
                done = self.refuse(kind, "synth", self.out, "--recipe", self.recipe, "--quiet")
                self.assertRegex(done.err, expected)
                self.assertFalse(self.out.exists())


class Refusing(SynthTest):
    def test_bad_recipes(self):
        cases = {
            "fils: []": "fils|files",
            "files: []": "files",
            "files: [": "data.yaml",
            "files:\n  - {name: a, family: captoin, count: 1}": r"data.yaml:2.*caption",
            "files:\n  - name: a\n    family: text\n    cuont: 3\n    count: 3": r"data.yaml:4.*cuont.*count",
            "files: [{name: a, family: caption, count: -1}]": "count",
            "files: [{name: a/b, family: caption, count: 1}]": "name",
            "files: [{name: a, family: text, count: 1, sides: 64}]": "sides",
        }
        for text, expected in cases.items():
            with self.subTest(text=text):
                self.recipe.write_text(text)
                done = self.refuse(FORMAT, "synth", self.out, "--recipe", self.recipe, "--quiet")
                self.assertRegex(done.err, expected)
                self.assertFalse(self.out.exists())

    def test_bad_command_lines(self):
        lines = [["synth"], ["synth", self.out], ["synth", "--recipe", self.recipe],
                 ["synth", self.out, "--recipe", self.recipe, "--seed", "-1"],
                 ["synth", self.out, "--recipe", self.recipe, "--threads", "-1"]]  # fmt: skip
        for line, done in run_each(lambda line: run(*line), lines):
            with self.subTest(line=line):
                self.check_refused(done, USAGE)

    def test_missing_recipe(self):
        done = self.refuse(INPUT, "synth", self.out, "--recipe", self.folder / "none.yaml", "--quiet")
        self.assertIn("none.yaml", done.err)

    def test_folder_that_holds_something(self):
        self.out.mkdir()
        (self.out / "keep.txt").write_text("mine")
        done = self.refuse(INPUT, "synth", self.out, "--recipe", self.recipe, "--quiet")
        self.assertIn("exists", done.err)
        self.assertEqual(list(self.out.iterdir()), [self.out / "keep.txt"])

    def test_folder_that_cannot_be_made(self):
        done = self.refuse(RESOURCE, "synth", self.recipe / "out", "--recipe", self.recipe, "--quiet")
        self.assertIn("data.yaml/out", done.err)

    def test_full_disk_leaves_nothing(self):
        self.refuse(RESOURCE, "synth", self.out, "--recipe", self.recipe, "--quiet", **file_size_limit(500))
        self.assertEqual(list(self.folder.iterdir()), [self.recipe])

    def test_stopped_leaves_nothing(self):
        self.recipe.write_text("files: [{name: many, family: caption, count: 1000000}]")
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number):
                child = start("synth", self.out, "--recipe", self.recipe, "--quiet")
                self.wait_until(lambda: list(self.folder.glob("out.partial-*/images/many/*.png")), "first picture")
                self.assertEqual(self.interrupt(child, number), INTERRUPTED)
                child.stdout.close()
                child.stderr.close()
                self.assertEqual(list(self.folder.iterdir()), [self.recipe])

    def test_errors_as_json(self):
        self.recipe.write_text("files: []")
        done = run("synth", self.out, "--recipe", self.recipe, "--json", "--quiet")
        self.assertEqual(done.code, FORMAT)
        self.assertEqual(json.loads(done.out)["error"]["kind"], "format")


if __name__ == "__main__":
    unittest.main()
