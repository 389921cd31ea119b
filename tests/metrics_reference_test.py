"""The rules that judge answers, compared with the same rules in plain Python (reference/answer_metrics.py) on drawn
answers: what models say, and what no model should say."""

import json
import random
import subprocess
import sys
import unittest

from program import PROGRAM, ROOT

sys.path.insert(0, str(ROOT / "reference"))
import answer_metrics  # noqa: E402

LINES = PROGRAM.parent / "src" / "metrics" / "metrics_lines"
CASES = 400  # of each rule
LETTER_CHOICES = ["red apple", "$9", "cat", "A dog"]
PIECES = """
A B C D E a b d ( ) . , : ; ! ? ' " - _ = / % $ (A) (B) A. B. C: D) A, :B Answer: answer: is so the The an final answer
could be result Final Answer: The answer is the correct answer is (B). Best option: option Option yes no Yes. y none two
ten 0 1 5 12 12.5 3.14159 1,234 1,234,567 -10 .5 1e3 1.5e3 1_000 14% inf nan 0.0 1.0 [1, 2] red apple cat A dog don't
dont couldn'tve yall'll 's \u00c9 \u00e9 \u00df \ufb03 \u0130 \u03a3 \u03a3\u03a3 \u4e2d\u6587 \u7b54\u6848\u662f
\u9009 \uff21 \u0663 \u2460 e\u0301 \U0001f600"""
WORDS = PIECES.split() + [" ", "\n", "\t", "\x1f", "\u00a0", "\u3000", "The answer is", "I think"]
QUESTION = "Which is it?\nA. red apple\nB. $9\nC. cat\nD. A dog\nPlease answer with the letter."


def draw_text(source, longest):
    separator = source.choice(["", " ", " ", " "])
    return separator.join(source.choice(WORDS) for _ in range(source.randrange(longest + 1)))


def changed(source, text):
    """The right answer with a few characters other than they were."""
    for _ in range(source.randrange(3)):
        at = source.randrange(len(text) + 1)
        text = text[:at] + source.choice(["", "x", " ", "."]) + text[at + source.randrange(2) :]
    return text


def letter_form(source, letter):
    forms = ["X", "X", "X.", "(X)", "X) ", " x ", "X. {}", "option X", "The answer is X", "{} X", "{}(X)."]
    form = source.choice(forms)
    return form.replace("X", letter).replace("x", letter.lower()).format(draw_text(source, 3))


def draw_case(source, metric):
    case = {"metric": metric, "fallback": "wrong", "answer": draw_text(source, 8), "answers": [source.choice("ABCD")]}
    if metric in ("exact", "contains", "relaxed", "relaxed5", "anls", "vqa10", "rouge_l", "mmmu_open"):
        many = metric in ("anls", "vqa10", "mmmu_open")
        case["answers"] = [draw_text(source, 3) for _ in range(source.randrange(1, 5) if many else 1)]
        if source.random() < 0.5:
            case["answer"] = changed(source, case["answers"][0])
        if metric == "vqa10":
            case["answers"] += [case["answer"]] * source.randrange(5)
    elif metric == "mme_yesno":
        case["answers"] = [source.choice(["Yes", "No"])]
        case["answer"] = source.choice(["yes", "No", "y", ""]) + case["answer"]
    elif metric == "mathvista" and source.random() < 0.6:
        case["answer_type"] = source.choice(["integer", "float", "list", "text"])
        case["precision"] = source.randrange(3)
        case["answers"] = [source.choice(["12", "1", "1.0", "5", "3.14", "1000", "inf", "-10", "1.2", "12.5", "0.5"])]
        return case
    elif metric in ("rwqa_chain", "rwqa_priority") and source.random() < 0.3:
        case["answers"] = [source.choice(["2", "cat", "10"])]
        case["answer"] = source.choice([case["answer"], "Two", "ten", "cat.", "cat", "10"])
    elif source.random() < 0.5:
        case["answer"] = letter_form(source, source.choice("ABCDE"))
    case["question"] = QUESTION
    case["strip_punctuation"] = source.random() < 0.5
    if metric != "mantis" or source.random() < 0.7:
        case["choices"] = LETTER_CHOICES[: source.randrange(ord(max(case["answers"][0][:1], "A")) - ord("A") + 1, 5)] \
            if case["answers"][0] in list("ABCD") else LETTER_CHOICES  # fmt: skip
    return case


class MetricsReferenceTest(unittest.TestCase):
    def judge(self, cases):
        lines = "".join(json.dumps(case) + "\n" for case in cases)
        done = subprocess.run([LINES], input=lines, capture_output=True, text=True, encoding="utf-8", timeout=300)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_drawn_answers(self):
        for metric in answer_metrics.RULES:
            with self.subTest(metric=metric):
                source = random.Random(metric)
                cases = [draw_case(source, metric) for _ in range(CASES)]
                judged, right = self.judge(cases), 0
                self.assertEqual(len(judged), CASES)
                for case, found in zip(cases, judged):
                    expected = answer_metrics.judge(case)
                    self.assertAlmostEqual(found["value"], expected["value"], delta=1e-12, msg=case)
                    if metric != "mathvista":  # which says undecided, and still takes the nearest choice
                        self.assertEqual(found["undecided"], expected["undecided"], case)
                    right += expected["value"] > 0
                self.assertGreater(right, 10, "too few drawn answers are right to tell the rules apart")
                self.assertLess(right, CASES - 10, "too few drawn answers are wrong to tell the rules apart")


if __name__ == "__main__":
    unittest.main()
