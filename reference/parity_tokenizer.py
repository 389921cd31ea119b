"""Compares a program's tokenizer with the `tokenizers` library on random and multilingual text.

    python reference/parity_tokenizer.py PROGRAM --model DIR [--count 100000] [--seed N]

The program is called once as `PROGRAM tokenize --model DIR --ids-json`: it reads one JSON string
per line on stdin and writes one JSON array of ids per line on stdout. With --decode a second call,
`PROGRAM tokenize --model DIR --decode-json`, does the reverse: one array of ids in, one JSON string
out. DIR holds tokenizer.json. Prints one summary line; exit code 1 on any mismatch.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tokenizers import Tokenizer

PHRASES = [
    "What is shown in this image?",
    "Don't worry, I'LL be there; it's WE'VE done. You\u2019re",
    "def f(x):\n    return x**2\n",
    "Это проверка русского языка.",
    "中文，测试。混合English文本",
    "日本語のテキスト、カタカナ",
    "한국어 문장입니다",
    "한국어",
    "مرحبا بالعالم",
    "שלום עולם",
    "नमस्ते दुनिया",
    "สวัสดีชาวโลก",
    "Ελληνικά",
    "Tiếng Việt có dấu",
    "e\u0301a\u0300o\u0302\u0323",
    "👩‍👩‍👧‍👦🏳️‍🌈🇩🇪",
    "3.14159 1,234,567 ½ Ⅷ ٣٤ १२३",
    "\t\tindented\r\n\r\n  next",
    "<|im_start|>user\n",
    "<|im_end|>",
    "<|endoftext|>",
    "<image>",
    "<video>",
    "<imag",
    "<|im_",
    "https://example.org/a?b=c&d=%20",
    "\u00a0\u2003\u3000wide",
    "'S'ſ'T'LL'rE",
    "\u212b\u2126\u00c5",
    '{"a": [1, 2.5e-3, null]}',
    "$\\frac{a}{b}$",
    "\u0344\u0f73\u0958\ufb1d",
    "\U0001d15e\U0001d160",
    "a\u0338=\u0338",
    "\u1100\u1161\u11a8",
]
SPACES = (
    " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\u00a0\u1680\u180e\u2000\u2009\u200a"
    "\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
PLANES = [
    (0x20, 0x7F),
    (0x80, 0x250),
    (0x250, 0x800),
    (0x800, 0x1100),
    (0x1100, 0x1200),
    (0x1D00, 0x2100),
    (0x2100, 0x3000),
    (0x3000, 0xA000),
    (0xA000, 0xD800),
    (0xE000, 0x10000),
    (0x10000, 0x12000),
    (0x12000, 0x20000),
    (0x20000, 0x32400),
    (0x32400, 0x110000),
    (0x300, 0x370),
    (0x1AB0, 0x1AFF),
    (0x1D100, 0x1D250),
    (0x1E000, 0x1E950),
]


def letters(source, low, high, count):
    return "".join(chr(source.randrange(low, high)) for _ in range(count))


def make_string(source):
    parts = []
    for _ in range(source.choice([1, 2, 3, 5, 8, 13])):
        kind = source.randrange(7)
        if kind == 0:
            parts.append(source.choice(PHRASES))
        elif kind == 1:
            parts.append("".join(source.choice(SPACES) for _ in range(source.randrange(1, 6))))
        elif kind == 2:
            low, high = source.choice(PLANES)
            parts.append(letters(source, low, high, source.randrange(1, 8)))
        elif kind == 3:  # a base with marks from several blocks
            marks = "".join(letters(source, *source.choice(PLANES[-4:]), 1) for _ in range(source.randrange(1, 5)))
            parts.append(letters(source, *source.choice(PLANES), 1) + marks)
        elif kind == 4:
            phrase = source.choice(PHRASES)
            start = source.randrange(len(phrase))
            parts.append(phrase[start : start + source.randrange(1, 12)])
        elif kind == 5:
            parts.append(letters(source, 0, 0xD800, source.randrange(1, 4)))
        else:
            parts.append(
                source.choice(["'", " '", "\u2019"])
                + source.choice(["s", "S", "\u017f", "t", "re", "VE", "m", "Ll", "lL", "d"])
            )
    return "".join(parts)


def call(program, model, option, lines):
    with tempfile.TemporaryFile() as given:
        given.write("".join(json.dumps(line) + "\n" for line in lines).encode())
        given.seek(0)
        done = subprocess.run([program, "tokenize", "--model", model, option], stdin=given, stdout=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit(f"{program} ended with code {done.returncode}")
    results = [json.loads(line) for line in done.stdout.decode().split("\n") if line]
    if len(results) != len(lines):
        sys.exit(f"{len(lines)} lines in, {len(results)} lines out")
    return results


def report(what, wrong):
    for given, found, expected in wrong[:5]:
        print(f"{what} of {given!r}:\n  program    {found}\n  tokenizers {expected}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--model", required=True)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--decode", action="store_true", help="also compare decoding")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else time.time_ns() % 1_000_000_007
    print(f"seed {seed}")
    source = random.Random(seed)
    reference = Tokenizer.from_file(str(Path(options.model) / "tokenizer.json"))

    texts = [make_string(source) for _ in range(options.count)]
    expected = [encoding.ids for encoding in reference.encode_batch(texts, add_special_tokens=False)]
    found = call(options.program, options.model, "--ids-json", texts)
    wrong = [item for item in zip(texts, found, expected) if item[1] != item[2]]
    report("ids", wrong)

    wrong_text = []
    if options.decode:
        size = reference.get_vocab_size()
        lists = expected[: options.count // 2]
        lists += [[source.randrange(size) for _ in range(source.randrange(1, 12))] for _ in range(options.count // 2)]
        strings = reference.decode_batch(lists, skip_special_tokens=False)
        decoded = call(options.program, options.model, "--decode-json", lists)
        wrong_text = [item for item in zip(lists, decoded, strings) if item[1] != item[2]]
        report("text", wrong_text)

    tokens = sum(len(ids) for ids in expected)
    print(f"{len(texts)} strings, {tokens} tokens, {len(wrong)} wrong encodings, {len(wrong_text)} wrong decodings")
    sys.exit(1 if wrong or wrong_text else 0)


if __name__ == "__main__":
    main()
