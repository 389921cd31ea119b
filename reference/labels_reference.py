"""Training tokens and labels as the authors' code makes them, with the `transformers` library.

    python reference/labels_reference.py TOKENIZER_DIR OUT.jsonl [--count 200] [--seed 7]

Written from the description of preprocess_qwen, preprocess_plain and preprocess_multimodal of LLaVA-NeXT's
train.py, not from their code. Writes one case a line: {"turns": [[role, text]...], "media": N, "form",
"labels": "official" | "clean", "ids", "targets"}, a medium being -200 in ids and -100 in targets.
Where the form refuses the conversation, ids is null. Texts hold no whole control token: those are literal in
the program, and control tokens in the authors' code.
"""

import argparse
import copy
import json
import random
from pathlib import Path

from parity_tokenizer import PHRASES, SPACES, make_string
from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast

IGNORE, IMAGE = -100, -200
TEMPLATE = (
    "{% for message in messages %}"
    "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
ANSWERS = [
    "the bunk room",
    "\nIt begins with a line break.",
    "\n\nTwo of them.\n",
    "   \n  blanks first",
    "\r\nwindows\r\n",
    "1. one\n2. two\n\n3. three\n",
    "```python\ndef f(x):\n\treturn x ** 2\n\n\nprint(f(3))\n```",
    "一只猫坐在窗台上。\n它在看外面。",
    "😀👍🏽 ok 🏳️‍🌈",
    "",
    " ",
    "A",
    "e\u0301te\u0301",
    "$\\frac{1}{2}$\n\n\\[x^2\\]",
]
ROLES = ["observation", "tool", "Assistant", "gpt4", "человек", "function call"]


def load(folder):
    """Two tokenizers with two additional special tokens: one without <image>, and one to which it was added."""
    document = json.loads((Path(folder) / "tokenizer.json").read_text(encoding="utf-8"))
    document["added_tokens"] = [t for t in document["added_tokens"] if t["content"] not in ("<image>", "<video>")]
    fast = Tokenizer.from_str(json.dumps(document))
    marks = ["<|im_start|>", "<|im_end|>"]
    pair = []
    for with_image in (False, True):
        tokenizer = PreTrainedTokenizerFast(
            tokenizer_object=copy.deepcopy(fast),
            eos_token="<|im_end|>",
            pad_token="<|endoftext|>",
            additional_special_tokens=marks,
        )
        if with_image:
            tokenizer.add_tokens(["<image>"], special_tokens=True)
        tokenizer.chat_template = TEMPLATE
        pair.append(tokenizer)
    return pair


def multimodal(turns):
    out = []
    for role, text in turns:
        if text.count("<image>") == 1 and not text.startswith("<image>"):
            text = ("<image>\n" + text.replace("<image>", "").strip()).strip()
        out.append((role, text.replace("QA_GT_caption_based_noisy", "")))
    return out


def answer_tokens(tokenizer, role, content):
    """Of one turn's tokens: whether each is answer or <|im_end|>, from the offsets of the characters."""
    head, end = f"<|im_start|>{role}\n", "<|im_end|>"
    offsets = tokenizer(head + content + end + "\n", return_offsets_mapping=True, add_special_tokens=False)
    first, last = len(head), len(head) + len(content) + len(end)
    return [first < stop and start < last for start, stop in offsets["offset_mapping"]]


def qwen(tokenizer, turns, media, rule):
    image = tokenizer.convert_tokens_to_ids("<image>")
    start, end = tokenizer.additional_special_tokens_ids
    line_break = tokenizer("\n").input_ids
    assert len(line_break) == 1
    if {"user": "human", "assistant": "gpt"}[turns[0][0]] != "human":
        turns = turns[1:]
    ids = tokenizer.apply_chat_template([{"role": "system", "content": "You are a helpful assistant."}])
    targets = [IGNORE] * len(ids)
    for role, content in turns:
        encoded = tokenizer.apply_chat_template([{"role": role, "content": content}])
        ids += encoded
        if rule == "clean":
            mask = answer_tokens(tokenizer, role, content)
            targets += [i if role == "assistant" and kept else IGNORE for i, kept in zip(encoded, mask, strict=True)]
        else:
            targets += [IGNORE] * len(encoded) if role in ("user", "system") else encoded
    assert len(ids) == len(targets)
    for at, token in enumerate(ids):
        if rule == "official" and token in (line_break[0], start, end):
            targets[at] = token
        if media and token == image:
            ids[at] = IMAGE
            targets[at] = IGNORE  # what the expansion of the image later writes
    return ids, targets


def plain(tokenizer, turns):
    caption = tokenizer(turns[1][1] + "\n").input_ids
    return [IMAGE] + caption, [IGNORE] + caption


def refused(turns, media, form):
    """What the program refuses: marks that do not fit the media, no answer, other turns than plain takes."""
    if not turns or turns[0][0] not in ("user", "assistant"):
        return True
    if turns[0][0] == "assistant" and form == "qwen_1_5":
        turns = turns[1:]
    if all(role in ("user", "system") for role, _ in turns):
        return True
    marks = [text.count("<image>") for _, text in turns]
    if media and sum(marks) != media:
        return True
    if form == "qwen_1_5":
        return False
    return media != 1 or [role for role, _ in turns] != ["user", "assistant"] or marks != [1, 0]


def label(tokenizers, case):
    turns, media = [tuple(turn) for turn in case["turns"]], case["media"]
    if media:
        turns = multimodal(turns)
    if refused(turns, media, case["form"]):
        return None, None
    if case["form"] == "plain":
        return plain(tokenizers[0], turns)
    return qwen(tokenizers[bool(media)], turns, media, case["labels"])


def harmless(text):
    """Without control tokens and marks."""
    for token in ("<|im_start|>", "<|im_end|>", "<|endoftext|>", "<image>", "<video>"):
        text = text.replace(token, token[:-1])
    return text


def make_text(source):
    kind = source.randrange(6)
    if kind < 2:
        return source.choice(ANSWERS)
    if kind == 2:
        return source.choice(PHRASES)
    if kind == 3:
        return "".join(source.choice(SPACES) for _ in range(source.randrange(1, 4))) + source.choice(ANSWERS)
    words = [harmless(make_string(source)) if source.random() < 0.5 else source.choice(ANSWERS) for _ in range(2)]
    return source.choice(["", " ", "\n", "\n\n", "\r\n", ".\n"]).join(words)


def insert_marks(source, turns, media):
    """<image> at random places; now and then in an answer, one too few, or one too many."""
    count = media + source.choice([0] * 30 + [-1, 1])
    for _ in range(max(count, 0)):
        asked = next(i for i, (role, _) in enumerate(turns) if role == "user")
        at = asked if source.random() < (0.98 if len(turns) == 2 else 0.8) else source.randrange(len(turns))
        role, text = turns[at]
        mark = source.choice(["<image>", "<image>\n", "\n<image>", " <image> "])
        where = source.choice([0, len(text), source.randrange(len(text) + 1)])
        turns[at] = [role, text[:where] + mark + text[where:]]


def make_case(source):
    form = "plain" if source.random() < 0.12 else "qwen_1_5"
    media = source.choice([0, 1, 1, 1, 2, 3]) if form == "qwen_1_5" else source.choice([1, 1, 1, 1, 0])
    rounds = source.choice([1, 1, 2, 4]) if form == "qwen_1_5" else 1
    turns = []
    for _ in range(rounds):
        turns += [["user", harmless(make_text(source))], ["assistant", harmless(make_text(source))]]
    if source.random() < 0.1:
        turns.insert(min(source.randrange(8), len(turns)), ["system", "You speak like a pirate.\n"])
    if source.random() < 0.1:
        turns.insert(0, ["assistant", harmless(make_text(source))])
    if source.random() < 0.1:
        turns.insert(source.randrange(1, len(turns) + 1), [source.choice(ROLES), harmless(make_text(source))])
    if source.random() < 0.05:
        turns[-1][1] += "QA_GT_caption_based_noisy"
    if media:
        insert_marks(source, turns, media)
    elif source.random() < 0.2:
        turns[0][1] += " <image> "  # without media an ordinary text
    return {"turns": turns, "media": media, "form": form, "labels": source.choice(["official", "official", "clean"])}


WORKED_EXAMPLE = {
    "turns": [["user", "<image>\nProvide a brief description of the given image."], ["assistant", "the bunk room"]],
    "media": 1,
    "form": "qwen_1_5",
    "labels": "official",
}


def make_cases(tokenizers, count, seed):
    source = random.Random(seed)
    cases = [copy.deepcopy(WORKED_EXAMPLE)] + [make_case(source) for _ in range(count - 1)]
    for case in cases:
        case["ids"], case["targets"] = label(tokenizers, case)
    return cases


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tokenizer")
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    cases = make_cases(load(options.tokenizer), options.count, options.seed)
    lines = [json.dumps(case, separators=(",", ":")) + "\n" for case in cases]
    options.out.write_text("".join(lines))
    refusals = sum(case["ids"] is None for case in cases)
    print(f"{options.out}: {len(cases)} cases, {refusals} of them refused, {sum(map(len, lines))} bytes")


if __name__ == "__main__":
    main()
