"""`data check | stats | view`: what is bad is named with file and line, the rest is counted."""

import json
import shutil
import signal
import time
import unittest

from program import (INPUT, INTERRUPTED, OFFICIAL, PICTURES, USAGE, VIDEOS, ProgramTest, pattern, run,
                     start, write_lines, write_png)  # fmt: skip

BEGIN, END = "\u27e6", "\u27e7"


def record(question, answer, **media):
    turns = [{"from": "human", "value": question}, {"from": "gpt", "value": answer}]
    return {"id": "r", **media, "conversations": turns}


class DataTest(ProgramTest):
    def setUp(self):
        super().setUp()
        for name in ("coffee.jpg", "chelsea.jpg", "rocket.jpg"):
            shutil.copy(PICTURES / name, self.folder)
        shutil.copy(VIDEOS / "ball.mp4", self.folder)
        (self.folder / "cut.jpg").write_bytes((PICTURES / "coffee.jpg").read_bytes()[:9000])

    def write(self, name, records):
        path = self.folder / name
        if path.suffix == ".json":
            path.write_text(json.dumps(records), encoding="utf-8")
        else:
            write_lines(path, records)
        return path

    def good(self, name="good.jsonl"):
        return self.write(
            name,
            [
                record("Hi", "Hello.\n"),
                record("<image>\nWhat?", "A cup.", image="coffee.jpg"),
                record("<image> or <image>?", "Both.", image=["coffee.jpg", "chelsea.jpg"]),
                record("<image>\nWhat happens?", "A ball.", video="ball.mp4"),
            ],
        )

    def scan(self, *arguments, code=0):
        done = run("data", *arguments, "--quiet", "--json")
        self.assertEqual(done.code, code, done.err[-500:] + done.out[-500:])
        return done.json()


class Check(DataTest):
    def test_good_data(self):
        found = self.scan("check", self.good(), "--batch-size", "3", "--epochs", "2", "--pixels")
        self.assertTrue(found["ok"])
        self.assertEqual(found["modalities"], {"text": 1, "image": 1, "images": 1, "video": 1})
        self.assertEqual((found["steps_per_epoch"], found["steps"], found["left_over"]), (1, 2, 1))
        self.assertEqual(sum(bin["count"] for bin in found["histogram"]), 4)
        views = [self.scan_view(self.folder / "good.jsonl", at) for at in range(4)]
        self.assertEqual(found["tokens"]["total"], sum(view["tokens"] for view in views))
        self.assertEqual(found["tokens"]["supervised"], sum(view["supervised_tokens"] for view in views))
        done = self.succeed("data", "check", self.folder / "good.jsonl", "--quiet")
        self.assertIn("nothing bad was found", done.out)
        self.assertIn("#", done.out)
        self.assertEqual(done.err, "")

    def scan_view(self, *arguments):
        return self.succeed("data", "view", *arguments, "--json").json()

    def test_every_bad_record_is_named_with_file_and_line(self):
        (self.folder / "bad").write_bytes(b"not a picture")
        lines = [
            record("Hi", "Hello"),
            "{not json",
            record("<image>\nWhat?", "x", image="gone.jpg"),
            record("What?", "x", image="coffee.jpg"),
            record("<image>\nWhat?", "x", image="../coffee.jpg"),
            record("<image>\nWhat?", "x", image="bad"),
            record("<image>\nWhat?", "x", video="gone.mp4"),
            {"id": "q", "conversations": [{"from": "human", "value": "Nobody answers"}]},
            record("<image>\nWhat?", "x", image="cut.jpg"),
            record("Hi", "word " * 5000),
        ]
        path = self.write("bad.jsonl", lines)
        found = self.scan("check", path, "--max-length", "4000", code=INPUT)
        where = [int(bad["where"].rsplit(":", 1)[1]) for bad in found["bad_records"]]
        self.assertEqual(where, [2, 3, 4, 5, 6, 7, 8, 10])
        for bad in found["bad_records"]:
            self.assertTrue(bad["message"].startswith(f"{path}:"), bad)
        pixels = self.scan("check", path, "--max-length", "4000", "--pixels", code=INPUT)
        self.assertEqual(pixels["bad"], 9)
        done = run("data", "check", path, "--quiet", "--max-bad", "2")
        self.assertEqual(done.code, INPUT)
        self.assertIn(f"{path}:3: ", done.out)
        self.assertIn("and 5 more", done.out)  # nothing is too long here

    def test_a_mixture_with_files_that_are_missing(self):
        self.good()
        mixture = self.folder / "mix.yaml"
        mixture.write_text(
            "datasets:\n  - json_path: good.jsonl\n    sampling_strategy: first:50%\n    rows: 4\n"
            "  - json_path: gone.json\n    source: hub/Gone\n  - json_path: never.json\n    released: false\n"
            "  - json_path: good.jsonl\n    name: fewer\n    rows: 9\n",
            encoding="utf-8",
        )
        found = self.scan("check", mixture, code=INPUT)
        self.assertEqual((found["samples"], found["bad"], found["bad_files"]), (6, 0, 3))
        problems = [entry["problem"] for entry in found["datasets"]]
        self.assertIsNone(problems[0])
        self.assertIn("hub/Gone", problems[1])
        self.assertIn("never released", problems[2])
        self.assertIn("4 rows, expected 9", problems[3])
        self.assertEqual(found["datasets"][0]["taken"], 2)
        out = run("data", "check", mixture, "--quiet").out
        self.assertIn("mix.yaml:5: ", out)
        self.assertIn("hub/Gone", out)

    def test_forms_change_the_counts(self):
        path = self.write("caps.json", [record("<image>\nWhat?", "A cup.", image="coffee.jpg")])
        anyres = self.scan("check", path)["tokens"]
        square = self.scan("check", path, "--prompt", "plain", "--image-mode", "square")["tokens"]
        pad = self.scan("check", path, "--image-mode", "pad")["tokens"]
        clean = self.scan("check", path, "--labels", "clean")["tokens"]
        one_tile = self.scan("check", path, "--pinpoints", "(1x1),...,(1x1)")["tokens"]
        self.assertEqual(pad["media"], square["media"] + 1)  # the newline
        self.assertGreater(anyres["media"], pad["media"])
        self.assertLess(one_tile["media"], anyres["media"])
        self.assertLess(clean["supervised"], anyres["supervised"])

    def test_several_sources_and_stats(self):
        bad = self.write("bad.jsonl", [record("Hi", "Ho"), "nonsense"])
        found = self.scan("stats", self.good(), bad)
        self.assertEqual([entry["bad"] for entry in found["datasets"]], [0, 1])
        self.assertIn("1 bad records", self.succeed("data", "stats", bad, "--quiet").out)

    def test_threads_change_nothing(self):
        self.good()
        path = self.write("mixed.jsonl", [record("Hi", "Ho"), "x", record("<image>", "y", image="coffee.jpg")] * 20)
        one, four = (self.scan("check", path, "--threads", count, code=INPUT) for count in ("1", "4"))
        self.assertEqual(one, four)

    def test_interrupted(self):
        path = self.write("many.jsonl", [record("<image>\nHi", "Ho", image="coffee.jpg")] * 3000)
        child = start("data", "check", path, "--pixels", "--quiet")
        time.sleep(0.5)
        self.assertEqual(self.interrupt(child, signal.SIGINT), INTERRUPTED)
        child.communicate()

    def test_refused(self):
        self.refuse(USAGE, "data", "check")
        self.refuse(USAGE, "data", "check", self.good(), "--prompt", "chat")
        self.refuse(USAGE, "data", "check", self.good(), "--max-length", "0")
        found = self.scan("check", self.folder / "gone.json", code=INPUT)
        self.assertEqual(found["bad_files"], 1)


class View(DataTest):
    def test_supervised_text_is_marked(self):
        out = self.succeed("data", "view", self.good(), "0", "--labels", "clean").out
        self.assertIn(f"<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n{BEGIN}Hello.\n<|im_end|>{END}\n", out)
        official = self.succeed("data", "view", self.folder / "good.jsonl", "1").out
        self.assertIn(" tokens>", official)
        self.assertIn(f"user{BEGIN}\n{END}<image: ", official)
        self.assertIn(f"{BEGIN}<|im_end|>\n<|im_start|>assistant\nA cup.<|im_end|>\n{END}", official)

    def test_json_holds_ids_and_labels(self):
        path = self.good()
        for at in range(4):
            found = self.succeed("data", "view", path, at, "--json", "--model", OFFICIAL).json()
            self.assertEqual(len(found["ids"]), found["tokens"])
            self.assertEqual(len(found["labels"]), found["tokens"])
            self.assertTrue(all(label in (-100, token) for token, label in zip(found["ids"], found["labels"])))
            self.assertTrue(found["where"].endswith(f":{at + 1}"))
            for item in found["media"]:
                run_of = found["ids"][item["begin"] : item["begin"] + item["tokens"]]
                self.assertEqual(len(set(run_of)), 1)
            self.assertRegex(found["sha256"], "^[0-9a-f]{64}$")
        self.assertEqual(found["media"][0]["kind"], "video")
        self.assertEqual(len(found["media"][0]["frame_numbers"]), found["media"][0]["frames"])

    def test_all_tiles_as_a_picture(self):
        write_png(self.folder / "p.png", pattern(300, 200, 3))
        records = [record("<image>\n?", "!", image="p.png"), record("<image>\n?", "!", video="ball.mp4")]
        path = self.write("one.json", records)
        for at in ("0", "1"):
            out = self.folder / f"tiles{at}.png"
            view = self.succeed("data", "view", path, at, "--model", OFFICIAL, "--out", out, "--json").json()
            item = view["media"][0]
            shown = self.succeed("explain", "--image", out, "--model", OFFICIAL, "--json").json()["items"][0]
            side = 56
            rows, cols = item["grid"] if at == "0" else (-(-item["frames"] // 8), min(8, item["frames"]))
            left = side + 24 if at == "0" else 0
            self.assertEqual((shown["width"], shown["height"]), (left + cols * (side + 8) - 8, rows * (side + 8) - 8))
        self.refuse(INPUT, "data", "view", self.good(), "0", "--out", self.folder / "none.png")
        self.assertFalse((self.folder / "none.png").exists())

    def test_control_characters_stay_off_the_terminal(self):
        path = self.write("odd.json", [record("Hi", "\x1b[31mred\x07")])
        out = self.succeed("data", "view", path, "0").out
        self.assertIn("\\x1b[31mred\\x07", out)
        self.assertNotIn("\x1b", out)

    def test_refused(self):
        self.assertIn("4 samples", self.refuse(USAGE, "data", "view", self.good(), "4").err)
        self.refuse(INPUT, "data", "view", self.folder / "gone.json", "0")
        self.refuse(USAGE, "data", "view", self.good(), "-1")
        bad = self.write("bad.jsonl", ["nonsense"])
        self.assertIn("bad.jsonl:1", self.refuse(INPUT, "data", "view", bad, "0").err)


if __name__ == "__main__":
    unittest.main()
