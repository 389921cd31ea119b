"""Writes the golden files of testdata/tokenizer with `tokenizers` 0.22.2 and `transformers` 4.57.6.

    python reference/make_text_goldens.py testdata/tokenizer

See the README beside the files for what each one holds.
"""

import json
import random
import sys
from pathlib import Path

from parity_tokenizer import PHRASES, make_string
from tokenizers import Tokenizer
from transformers.utils.chat_template_utils import _compile_jinja_template

FIXED = [
    "",
    " ",
    "\n",
    "\n\n",
    "\r\n",
    ".\n",
    " \n x",
    "\t\tx",
    "  two spaces",
    "1234",
    "3.14",
    "don't",
    "DON'T",
    "it\u2019s",
    "e\u0301",
    "\u00e9",
    "'\u017f",
    "\u212a",
    "\u1e9b\u0323",
    "\uac00\u11a7",
    "\u0344",
    "a\u0315\u0300",
    "x\U000105c0y",
    "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n",
    "<image>\n<video>",
    "<<image>>",
    "<image> <image>\nWhat?",
    "<|endoftext|><|endoftext|>",
    "\u4e2d\u6587\uff0c\u6d4b\u8bd5",
    "a" * 200,
    " " * 200,
    "\u180e",
    "\x85x",
    "\x1cx",
    "a\u200db",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\U0010ffff\ufffe",
]

CONVERTER = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n'}}"
    "{# Render all images first #}{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}"
    "{{ '<image>\\n' }}{% endfor %}"
    "{# Render all video then #}{% for content in message['content'] | selectattr('type', 'equalto', 'video') %}"
    "{{ '<video>\\n' }}{% endfor %}"
    "{# Render all text next #}{% if message['role'] != 'assistant' %}"
    "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}{{ content['text'] }}{% endfor %}"
    "{% else %}{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}"
    "{% generation %}{{ content['text'] }}{% endgeneration %}{% endfor %}{% endif %}"
    "{{'<|im_end|>\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
VARIANT = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + ' '}}"
    "{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>' }}{% endfor %}"
    "{% if message['role'] != 'assistant' %}"
    "{% for content in message['content'] | selectattr('type', 'equalto', '"
    "text') %}{{ '\\n' + content['text'] }}{% endfor %}"
    "{% else %}{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}"
    "{% generation %}{{ '\\n' + content['text'] }}{% endgeneration %}{% endfor %}{% endif %}"
    "{{'<|im_end|>'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
QWEN2 = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
    "{{ '<|im_start|>system\\nYou are a helpful assistant.<|im_end|>\\n' }}{% endif %}"
    "{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
TEMPLATES = {
    "converter": CONVERTER,
    "variant": VARIANT,
    "qwen2": QWEN2,
    "indented": """{# header
#}
{%- set ns = namespace(images=0, seen='') %}
{% for message in messages %}
    {% if loop.first and message.role != "system" %}
        {{- "<|im_start|>system\\nHi.<|im_end|>\\n" -}}
    {% endif %}
    <|im_start|>{{ message.role }}
    {% for part in message.content %}
        {% if part.type == 'image' %}
            {% set ns.images = ns.images + 1 %}
  Picture {{ ns.images }}: <image>
        {% elif part['type'] == "video" %}
<video>{{ '\\n' }}
        {%- else -%}
            {{ part.text | trim }}
        {%- endif %}
    {% endfor %}
<|im_end|>
{% endfor %}
{%+ if add_generation_prompt +%}
<|im_start|>assistant
{%- endif %}

""",
    "plus": "{% for m in messages %}{{ m.content[0].text ~ 1 + 2 ~ '|' if false els"
    "e '' }}{{ 1 + 2 * 3 - 7 // 2 - -7 // 2 + -7 % 3 }}"
    "{{ 'a' ~ 1 ~ none ~ true ~ missing }}|{% endfor %}",
    "loops": "{% for m in messages[1:] %}{{ loop.index0 }},{{ loop.index }},{{ loop."
    "first }},{{ loop.last }},{{ loop.length }},"
    "{{ loop.revindex }};{% else %}none{% endfor %}{% for m in messages[::-1] %}{{ m.role }} {% endfor %}"
    "{% for m in messages if m.role == 'user' %}{{ loop.index }}{% endfor %"
    "}{{ messages[-1].role }}{{ messages[99] is defined }}",
    "scope": "{% set x = 'a' %}{% for m in messages %}{{ x }}{% set x = 'b' %}{{ x }}{% endfor %}{{ x }}"
    "{% if true %}{% set x = 'c' %}{% endif %}{{ x }}",
    "tests": "{{ messages is iterable }}{{ messages is string }}{{ messages[0] is ma"
    "pping }}{{ tools is none }}{{ tools is not none }}"
    "{{ nothing is defined }}{{ nothing is not defined and 1 is number }}{{ 3 is odd }}{{ messages is sequence }}"
    "{{ messages[0].content is string }}{{ 'a' in 'cat' }}{{ 'x' not in ['x', 'y'] }}{{ 1 == true }}{{ '1' == 1 }}"
    "{{ not 1 == 2 }}{{ 1 < 2 < 3 }}{{ 2 >= 3 or 'b' > 'a' }}{{ [1, ['a']] "
    "== [1, ['a']] }}{{ none == none }}{{ messages[0].content[0].type }}",
    "filters": "{{ '  x ' | trim }}|{{ 'abC' | upper }}{{ 'ABc' | lower }}{{ 'hELLO' |"
    " capitalize }}{{ [1, 2] | length }}"
    "{{ ['a', 'b'] | join(', ') }}{{ missing | default('d') }}{{ '' | defau"
    "lt('e', true) }}{{ 'abc' | first }}{{ [1, 2] | last }}"
    "{{ 'abc' | list | join('-') }}{{ 12 | string + 'x' }}{{ messages | map(attribute='role') | join('/') }}"
    "{{ messages | rejectattr('role', 'equalto', 'user') | list | length }}"
    "{{ messages | selectattr('role', 'in', ['user']) | list | length }}"
    "{{ (messages | selectattr('role', 'eq', 'user') | first).content[-1].t"
    "ext }}{{ 'a,b' | replace(',', ';') }}{{ [] | first is defined }}"
    "{{ 'na\u00efve \u4e2d'[2:] }}{{ 'abc'[::-1] }}{{ 'abcdef'[-3:-1] }}",
    "strings": "{{ 'it\\'s' }}{{ \"a\\tb\\\\n\" }}{{ '\\x41\\u00e9\\q' 'joined' }}{{ '"
    "%}' }}{{ \"}}\" }}{{ '{{' }}{{- ' -' -}}  \n x \n{{ bos_token }}{{ eos"
    "_token }}",
    "methods": "{{ messages[0].role.upper() }}{{ ' a '.strip() }}{{ 'abc'.startswith('"
    "ab') }}{{ 'x'.replace('x', 'yy') }}{{ messages[0].get('name', 'n') }}"
    "{{ messages[0].content[-1].text.strip() }}{{ 'a b '.rstrip() ~ '|' }}{{ messages[0].get('zip') is none }}",
    "raises": "{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('roles must alternate') }}{% endif %}{{ m.role ~ m.content[0].type }}{% endfor %}",
    "comments": "a {# one #} b\n  {# two #}\nc{#- three -#}  \n d\n  {%- if true -%}\n "
    "e \n {%- endif %}\n\nf\n  {% if true %}\n  g\n  {% endif %}\nh\n",
    "crlf": "a\r\n{% if true %}\r\nb\r\n{% endif %}\r\nc\r\n",
    "inline": "{% for m in messages %}{{ ('first' if loop.first else 'later') ~ ('!' "
    "if loop.last) }}{{ m.content | selectattr('type', 'equalto', 'image') "
    "| list | length }}{% endfor %}",
}


def text(value):
    return {"type": "text", "text": value}


CONVERSATIONS = [
    [{"role": "user", "content": [{"type": "image"}, text("What is shown in this image?")]}],
    [
        {"role": "system", "content": [text("Be brief.")]},
        {
            "role": "user",
            "content": [text("  Compare "), {"type": "image"}, {"type": "image"}, text(" and\n"), {"type": "video"}],
        },
        {"role": "assistant", "content": [text("They differ.\n")]},
        {"role": "user", "content": [text("Na\u00efve \u4e2d\u6587? <|im_end|> <image> ")]},
    ],
    [
        {"role": "user", "content": [{"type": "video"}, text("One")]},
        {"role": "assistant", "content": [text("\n two \t")]},
        {"role": "user", "content": [text("{{ three }}"), text("")]},
    ],
]


def as_string(message):
    words = {"image": "<image>", "video": "<video>"}
    content = "".join(part["text"] if part["type"] == "text" else words[part["type"]] for part in message["content"])
    return {"role": message["role"], "content": content}


def chat_goldens():
    cases = []
    for name, source in TEMPLATES.items():
        for conversation in CONVERSATIONS:
            for generate in (False, True):
                messages = conversation
                if "type" not in source and "text" not in source:
                    messages = [as_string(message) for message in conversation]
                variables = {"bos_token": "<|endoftext|>", "eos_token": "<|im_end|>"}
                try:
                    expected = _compile_jinja_template(source).render(
                        messages=messages, tools=None, documents=None, add_generation_prompt=generate, **variables
                    )
                except Exception as problem:
                    print(f"{name}: {problem}")
                    expected = None
                cases.append({"template": name, "messages": conversation, "generate": generate, "expected": expected})
    return {"templates": TEMPLATES, "cases": cases}


def flagged_tokenizer(plain):
    """The same tokenizer with added tokens that use every flag."""
    tokenizer = json.loads(json.dumps(plain))
    size = len(tokenizer["model"]["vocab"]) + len(tokenizer["added_tokens"])
    flags = [
        ("[left]", {"lstrip": True}),
        ("[right]", {"rstrip": True}),
        ("[both]", {"lstrip": True, "rstrip": True}),
        ("zword", {"single_word": True}),
        ("caf\u00e9", {"normalized": True}),
        ("nai\u0308ve", {"normalized": True, "special": False}),
        ("[rightmost]", {"special": False}),
        ("  ", {"special": False, "normalized": True}),
    ]
    for at, (content, changes) in enumerate(flags):
        token = {"id": size + at, "content": content, "single_word": False, "lstrip": False, "rstrip": False}
        tokenizer["added_tokens"].append({**token, "normalized": False, "special": True, **changes})
    tokenizer["model"]["merges"] = [merge.split(" ") for merge in tokenizer["model"]["merges"]]
    tokenizer["model"]["ignore_merges"] = True
    tokenizer["pre_tokenizer"] = {
        "type": "ByteLevel",
        "add_prefix_space": False,
        "trim_offsets": True,
        "use_regex": True,
    }
    tokenizer["normalizer"] = {"type": "Sequence", "normalizers": [{"type": "NFC"}]}
    return tokenizer


FLAG_TEXTS = [
    "a [left] b",
    "a  \u3000[right] \n b",
    "a [both] [left] [right]  [both]",
    "zword zwords szword a.zword zword",
    "\u4e2dzword zword\u00e9",
    "cafe\u0301 caf\u00e9s",
    "nai\u0308ve na\u00efve",
    "[rightmost] [right]most",
    "a  b   c",
    "[left][right] x [both]",
    "zword",
    " zword ",
    "don't 123 456\n\n x",
    "[left] <image> [right]",
    "zword_ zword-",
    "zword\u0301 \u0301zword",
    "zword\u200d zword\u2160 zword\u24b6",
    "   [both]",
]


def dump_lines(path, rows):
    path.write_text("".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows))


def main():
    folder = Path(sys.argv[1])
    source = random.Random(20240806)
    path = folder / "qwen4096" / "tokenizer.json"
    tokenizer = Tokenizer.from_file(str(path))
    texts = FIXED + PHRASES + [make_string(source) for _ in range(300)]
    dump_lines(folder / "goldens.jsonl", [[value, tokenizer.encode(value).ids] for value in texts])
    lists = [[source.randrange(4101) for _ in range(source.randrange(1, 9))] for _ in range(60)]
    lists += [[source.randrange(256) for _ in range(source.randrange(1, 9))] for _ in range(60)]
    decoded = [[ids, tokenizer.decode(ids, skip_special_tokens=False)] for ids in lists]
    dump_lines(folder / "decode_goldens.jsonl", decoded)

    flagged = flagged_tokenizer(json.loads(path.read_text(encoding="utf-8")))
    flags_path = folder / "flags.json"
    flags_path.write_text(json.dumps(flagged, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    tokenizer = Tokenizer.from_file(str(flags_path))
    texts = FLAG_TEXTS + [" ".join(source.choices(FLAG_TEXTS, k=2)) for _ in range(20)]
    texts += [make_string(source) for _ in range(60)]
    dump_lines(folder / "flags_goldens.jsonl", [[value, tokenizer.encode(value).ids] for value in texts])
    (folder / "chat_goldens.json").write_text(json.dumps(chat_goldens(), indent=1) + "\n")


if __name__ == "__main__":
    main()
