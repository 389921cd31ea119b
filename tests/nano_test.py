"""The model that comes with the program: a whole checkpoint, small, and right about the pictures of `./run demo`."""

import time
import unittest

from program import NANO, ROOT, TESTDATA, ProgramTest

MAX_BYTES = 25_000_000


def demo_questions():
    """[(title, options, question, right answer)] of testdata/demo/questions.tsv."""
    rows = (TESTDATA / "demo" / "questions.tsv").read_text(encoding="utf-8").splitlines()
    return [row.split("\t") for row in rows if not row.startswith("#")]


def plain(text):
    return text.strip().rstrip(".").lower()


class Nano(ProgramTest):
    def test_is_small_and_whole(self):
        size = sum(path.stat().st_size for path in NANO.rglob("*") if path.is_file())
        self.assertLess(size, MAX_BYTES)
        lines = self.succeed("checkpoint", "verify").out.splitlines()
        self.assertTrue(lines and all(line.startswith("ok") for line in lines), lines)
        self.assertTrue((NANO / "README.md").exists())

    def test_demo_answers_are_right(self):
        questions = demo_questions()
        self.assertGreaterEqual(len(questions), 5)
        for title, options, question, answer in questions:
            with self.subTest(title):
                done = self.succeed("ask", question, *options.split(), "--max-new-tokens", "48", cwd=ROOT)
                self.assertEqual(plain(done.out), plain(answer))
                self.assertNotIn("untrained", done.err)

    def test_answers_in_seconds(self):
        title, options, question, _ = demo_questions()[0]
        start = time.monotonic()
        self.succeed("ask", question, *options.split(), "--max-new-tokens", "48", cwd=ROOT)
        self.assertLess(time.monotonic() - start, 20, title)  # about one on a quiet machine


if __name__ == "__main__":
    unittest.main()
