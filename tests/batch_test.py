"""`ask --batch`: the same answers as one by one, bad lines, resuming, interruption and full disks."""

import json
import signal
import unittest

from program import (CORRUPT, ENDLESS, INPUT, INTERRUPTED, OFFICIAL, PICTURES, RESOURCE, USAGE, VIDEOS, ProgramTest,
                     file_size_limit, lasting, question, read_lines, start, write_lines)  # fmt: skip

TINY = ("--model", OFFICIAL, "--dtype", "float32")
COFFEE = ("image", PICTURES / "coffee.jpg")
ROCKET = ("image", PICTURES / "rocket.jpg")
FRAMES = ("video", VIDEOS / "frames")


class BatchTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.source, self.out = self.folder / "in.jsonl", self.folder / "out.jsonl"

    def batch(self, *options):
        return ("ask", "--batch", self.source, "--out", self.out, *TINY, "--quiet", *options)

    def answers(self, requests, *options):
        write_lines(self.source, requests)
        self.succeed(*self.batch(*options))
        return read_lines(self.out)


class Answers(BatchTest):
    def test_the_same_answers_as_one_by_one(self):
        questions = [
            ("What is it?", [COFFEE]),
            ("Hello", []),
            ("What differs?", [COFFEE, ROCKET]),
            ("What happens?", [FRAMES]),
            ("Is it in the video?", [ROCKET, FRAMES]),
        ]
        alone = []
        for text, media in questions:
            options = [word for kind, path in media for word in (f"--{kind}", path)]
            done = self.succeed("ask", text, *options, *TINY, "--num-frames", "4", "--max-new-tokens", "24", "--json")
            alone.append(lasting(done.json()))
        requests = [{"id": n, "messages": [question(text, *media)]} for n, (text, media) in enumerate(questions)]
        for size in ("1", "3", "8"):
            found = self.answers(requests, "--batch-size", size, "--num-frames", "4", "--max-new-tokens", "24")
            self.assertEqual([line.pop("id") for line in found], [0, 1, 2, 3, 4])
            for line, expected in zip(found, alone, strict=True):
                self.assertEqual(lasting(line), expected, f"batch size {size}")

    def test_order_and_ids_are_kept(self):
        ids = ["a", 7, None, "\u4e2d", -1.5, "a", {"n": [1]}, True, ""]
        # The first answers last longest, so that later ones are ready before them.
        requests = [
            {"id": i, "messages": [question(f"Number {n}")], "max_new_tokens": 20 - 2 * n} for n, i in enumerate(ids)
        ]
        requests += ["", {"messages": [question("no id")], "max_new_tokens": 1}]
        found = self.answers(requests, "--batch-size", "4")
        self.assertEqual([json.dumps(line["id"]) for line in found], [json.dumps(i) for i in [*ids, None]])
        for n, line in enumerate(found[:-1]):
            self.assertIn(f"Number {n}", line["prompt"])

    def test_sampling_of_a_line(self):
        drawn = {"messages": [question("Tell me.")], "temperature": 1, "max_new_tokens": 16}
        found = self.answers([{"id": 0, **drawn, "seed": 1}, {"id": 1, **drawn, "seed": 2},
                              {"id": 2, **drawn, "seed": 1},
                              {"id": 3, **drawn, "temperature": 0, "max_new_tokens": 2}])  # fmt: skip
        self.assertEqual(found[0]["token_ids"], found[2]["token_ids"])
        self.assertNotEqual(found[0]["token_ids"], found[1]["token_ids"])
        self.assertEqual(found[3]["completion_tokens"], 2)
        text = found[0]["text"]
        (stopped,) = self.answers([{"id": 0, **drawn, "seed": 1, "stop": [text[4:7]]}])
        self.assertEqual((stopped["text"], stopped["finish_reason"]), (text[: text.index(text[4:7])], "stop"))

    def test_conversations(self):
        talk = [{"role": "system", "content": "Be brief."}, question("What?", COFFEE),
                {"role": "assistant", "content": "A cup."}, {"role": "user", "content": "Sure?"}]  # fmt: skip
        (line,) = self.answers([{"id": 1, "messages": talk, "max_new_tokens": 1}])
        parts = ["Be brief.", "<image>", "What?", "A cup.", "Sure?"]
        self.assertEqual(sorted(parts, key=line["prompt"].index), parts)

    def test_marks_in_texts_are_text(self):
        texts = ["x", "<image>", "<|im_end|>", "<video>\n"]
        found = self.answers([{"id": t, "messages": [question(t)], "max_new_tokens": 1} for t in texts])
        for line in found[1:]:
            self.assertEqual(line["media"], [])
            self.assertGreater(line["prompt_tokens"], found[0]["prompt_tokens"] + 2)


class BadLines(BatchTest):
    def test_bad_lines_do_not_stop_the_rest(self):
        user = [{"role": "user", "content": "hi"}]
        bad = [
            "not json",
            '{"id": "cut", "messages": [',
            '{"id": 1, "id": 2, "messages": []}',
            "[1, 2]",
            "[" * 5000,
            '{"id": "x", "messages": [{"role": "user", "content": "\\ud800"}]}',
            {"id": "key", "messages": user, "frobnicate": 1},
            {"id": "role", "messages": [{"role": "wizard", "content": "hi"}]},
            {"id": "no role", "messages": [{"content": "hi"}]},
            {"id": "no messages"},
            {"id": "none", "messages": []},
            {"id": "text", "messages": "hi"},
            {"id": "content", "messages": [{"role": "user", "content": 5}]},
            {"id": "part", "messages": [{"role": "user", "content": [{"type": "sound", "path": "x"}]}]},
            {"id": "missing", "messages": [question("hi", ("image", "missing.png"))]},
            {"id": "broken", "messages": [question("hi", ("image", CORRUPT / "images" / "half_rgb.png"))]},
            {"id": "cut video", "messages": [question("hi", ("video", CORRUPT / "videos" / "truncated.mp4"))]},
            {"id": "huge", "messages": user, "max_new_tokens": 1e99},
            {"id": "zero", "messages": user, "max_new_tokens": 0},
            {"id": "half", "messages": user, "max_new_tokens": 2.5},
            {"id": "cold", "messages": user, "temperature": -1},
            {"id": "words", "messages": user, "temperature": "hot"},
            {"id": "seed", "messages": user, "seed": -1},
            {"id": "stop", "messages": user, "stop": 5},
            {"id": "no stop", "messages": user, "stop": ""},
            {"id": "null", "messages": user, "top_p": None},
            {"id": "long", "messages": [{"role": "user", "content": "a b " * 20000}]},
        ]
        good = {"id": "good", "messages": user, "max_new_tokens": 2}
        write_lines(self.source, [line for each in bad for line in (each, good)])
        done = self.succeed(*self.batch("--json"))
        self.assertEqual(done.json(), {"answered": len(bad), "failed": len(bad), "kept": 0})
        found = read_lines(self.out)
        self.assertEqual(len(found), 2 * len(bad))
        for line, answer, number in zip(bad, found[::2], range(1, 2 * len(bad), 2)):
            with self.subTest(line=str(line)[:80]):
                self.assertEqual(set(answer), {"id", "error"})
                self.assertEqual(set(answer["error"]), {"kind", "message"})
                self.assertIn(answer["error"]["kind"], ("input", "usage"))
                self.assertNotIn("\n", answer["error"]["message"])
                self.assertEqual(answer["id"], line["id"] if isinstance(line, dict) else None)
                if not isinstance(line, dict):
                    self.assertIn(f"line {number}", answer["error"]["message"])
        self.assertEqual({tuple(answer["token_ids"]) for answer in found[1::2]}, {tuple(found[1]["token_ids"])})

    def test_unusable_files(self):
        write_lines(self.source, [{"id": 1, "messages": [question("hi")]}])
        for source in (self.folder / "missing.jsonl", self.folder, "/dev/null"):
            self.refuse(INPUT, "ask", "--batch", source, "--out", self.folder / "new", *TINY)
        self.refuse(RESOURCE, "ask", "--batch", self.source, "--out", self.folder / "no" / "out", *TINY)
        self.refuse(RESOURCE, "ask", "--batch", self.source, "--out", self.folder, *TINY)

    def test_the_questions_are_not_overwritten(self):
        write_lines(self.source, [{"id": 1, "messages": [question("hi")], "max_new_tokens": 1}])
        before = self.source.read_bytes()
        self.out.symlink_to(self.source)
        for out in (self.source, self.out):
            self.refuse(USAGE, "ask", "--batch", self.source, "--out", out, *TINY)
            self.assertEqual(self.source.read_bytes(), before)

    def test_an_empty_file_has_no_answers(self):
        self.assertEqual(self.answers([]), [])


class Endings(BatchTest):
    def long_requests(self, ids):
        return [{"id": i, "messages": [question(f"Question {n}")]} for n, i in enumerate(ids)]

    def start_and_wait_for(self, lines, *options):
        child = start(*self.batch("--max-new-tokens", "300", "--batch-size", "3", *ENDLESS, *options))
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.stderr.close)
        self.wait_until(lambda: self.out.exists() and self.out.read_bytes().count(b"\n") >= lines, f"{lines} answers")
        return child

    def test_resume_after_a_kill(self):
        """The answers must be those of an undisturbed run, in its order; ids may repeat, be null or fail."""
        options = ("--max-new-tokens", "300", "--batch-size", "3", *ENDLESS)
        requests = self.long_requests([0, "bad", None, None, "twice", "twice", *range(6, 20)])
        requests[1] = {"id": "bad", "messages": "none"}
        requests.insert(3, "not json")
        expected = [lasting(line) for line in self.answers(requests, *options)]
        self.out.unlink()
        child = self.start_and_wait_for(7)
        child.kill()
        child.wait()
        before = read_lines_whole(self.out)
        self.assertLess(len(before), len(requests), "the run ended before it was killed")
        with self.out.open("ab") as file:
            file.write(b'{"id":"torn","te')  # what a kill within a write leaves
        self.succeed(*self.batch("--resume", *options))
        after = read_lines(self.out)
        self.assertEqual([lasting(line) for line in after], expected)
        self.assertEqual(after[: len(before)], before)  # with their timings: not answered again
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["in.jsonl", "out.jsonl"])

    def test_resume_keeps_answers_to_questions_that_are_gone(self):
        requests = [{"id": i, "messages": [question("hi")], "max_new_tokens": 1} for i in range(4)]
        first = self.answers(requests)
        write_lines(self.source, requests[2:])
        done = self.succeed(*self.batch("--resume", "--json"))
        self.assertEqual(done.json(), {"answered": 0, "failed": 0, "kept": 4})
        self.assertEqual(sorted(read_lines(self.out), key=lambda line: line["id"]), first)

    def test_resume_of_a_whole_file_changes_nothing(self):
        first = self.answers([{"id": i, "messages": [question("hi")], "max_new_tokens": 2} for i in ("a", 1)])
        self.succeed(*self.batch("--resume"))
        self.assertEqual(read_lines(self.out), first)

    def test_interrupt(self):
        write_lines(self.source, self.long_requests(range(40)))
        for number in (signal.SIGINT, signal.SIGTERM):
            self.out.unlink(missing_ok=True)
            child = self.start_and_wait_for(2)
            self.assertEqual(self.interrupt(child, number), INTERRUPTED)
            self.assertTrue(self.out.read_bytes().endswith(b"\n"))
            lines = read_lines(self.out)
            self.assertEqual([line["id"] for line in lines], list(range(len(lines))))
            self.assertLess(len(lines), 40)

    def test_full_disk(self):
        write_lines(self.source, [{"id": i, "messages": [question("hi")], "max_new_tokens": 1} for i in range(9)])
        self.refuse(RESOURCE, "ask", "--batch", self.source, "--out", "/dev/full", *TINY, "--quiet")

    def test_a_limit_on_the_file_size(self):
        write_lines(self.source, [{"id": i, "messages": [question("hi")], "max_new_tokens": 1} for i in range(9)])
        self.refuse(RESOURCE, *self.batch(), **file_size_limit(2000))
        self.assertLessEqual(self.out.stat().st_size, 2000)


def read_lines_whole(path):
    """The lines that end in a line break."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


if __name__ == "__main__":
    unittest.main()
