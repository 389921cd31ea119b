"""The files in recipes/ against the totals and settings that the paper and the published lists state.

Needs no built program. What a mixture means to the program is checked by `onevision data check`; here are the numbers.
"""

import json
import math
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECIPES = ROOT / "recipes"
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},]|[^\[\]{},"]+')


def scalar(text):
    """A YAML scalar: quoted text, a whole number, a number, true or false, else text."""
    text = text.strip()
    if text.startswith('"'):
        return json.loads(text)
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if re.fullmatch(r"-?\d+\.\d*(e[+-]\d+)?", text):
        return float(text)
    return {"true": True, "false": False}.get(text, text)


def flow(tokens):
    """A list or map in brackets, from tokens whose opening bracket is next."""
    opening = tokens.pop(0)
    out = [] if opening == "[" else {}
    while tokens[0] not in "]}":
        if tokens[0] == ",":
            tokens.pop(0)
        elif opening == "{":
            key, rest = tokens.pop(0).split(":", 1)
            out[key.strip()] = scalar(rest) if rest.strip() else flow_value(tokens)
        else:
            out.append(flow_value(tokens))
    tokens.pop(0)
    return out


def flow_value(tokens):
    return flow(tokens) if tokens[0] in "[{" else scalar(tokens.pop(0))


def value(text):
    if text[0] not in "[{":
        return scalar(text)
    return flow([token for token in TOKEN.findall(text) if token.strip()])


def significant(text):
    """(indent, line) without comments; a list item's dash counts as indent, so that its keys line up."""
    for line in text.splitlines():
        line = re.sub(r"""^((?:[^"#]|"(?:[^"\\]|\\.)*")*?)(?:^|\s)#.*$""", r"\1", line).rstrip()
        if line.strip():
            yield len(line) - len(line.lstrip()), line.strip()


def block(lines, indent):
    """The list or map whose lines have this indent: the subset of YAML that recipes/ is written in."""
    out = [] if lines[0][1].startswith("- ") else {}
    while lines and lines[0][0] == indent:
        _, line = lines.pop(0)
        if isinstance(out, list):
            item = line[2:].strip()
            if item[0] in "[{":
                out.append(value(item))
            else:
                lines.insert(0, (indent + 2, item))
                out.append(block(lines, indent + 2))
            continue
        key, rest = line.split(":", 1)
        assert key not in out, f"key {key} appears twice"
        if rest.strip():
            out[key] = value(rest.strip())
        else:
            out[key] = block(lines, lines[0][0])
    return out


def load(*parts):
    lines = list(significant(RECIPES.joinpath(*parts).read_text(encoding="utf-8")))
    out = block(lines, 0)
    assert not lines, f"cannot read from {lines[0]}"
    return out


def sampled(entry):
    """Rows that a sampling strategy takes; None where the set's size is not published."""
    strategy = entry["sampling_strategy"]
    if "rows" not in entry or strategy == "all":
        return entry.get("rows")
    amount = strategy.split(":")[1]
    if amount.endswith("%"):
        return math.ceil(int(amount[:-1]) * entry["rows"] / 100)
    return min(int(amount), entry["rows"])


def stem(entry):
    return Path(entry["json_path"]).name.rsplit(".", 1)[0]


def mixture(name):
    return load("mixtures", name)["datasets"]


def prompts_of(entry):
    prompt = entry.get("prompt", [])
    return prompt if isinstance(prompt, list) else [prompt]


SINGLE_IMAGE = "stage2_single_image_3_2m.yaml"
ONEVISION = "stage2_onevision_1_6m.yaml"
MIXTURES = ["stage1.yaml", "stage1_5_knowledge_4m.yaml", SINGLE_IMAGE, ONEVISION]
ENTRY_KEYS = set(
    "json_path sampling_strategy name image_folder video_folder rows prompt source released note".split()
)


class Reader(unittest.TestCase):
    def test_agrees_with_pyyaml(self):
        try:
            import yaml
        except ImportError:
            self.skipTest("PyYAML is not installed")
        for path in sorted(RECIPES.rglob("*.yaml")):
            with self.subTest(path=path.name):
                ours = load(path.relative_to(RECIPES))
                self.assertEqual(ours, yaml.safe_load(path.read_text(encoding="utf-8")))

    def test_subset(self):
        text = 'a: 1.0e-3  # c\nb: {c: "x # y, [z]", d: [[1, 2], [3, 4]]}\ne:\n  - f: all\n    g: true\n'
        expected = {"a": 1e-3, "b": {"c": "x # y, [z]", "d": [[1, 2], [3, 4]]}, "e": [{"f": "all", "g": True}]}
        self.assertEqual(block(list(significant(text)), 0), expected)


class Mixtures(unittest.TestCase):
    def test_entries(self):
        for name in MIXTURES:
            entries = mixture(name)
            self.assertEqual(len({e["name"] for e in entries}), len(entries), name)
            self.assertEqual(len({e["json_path"] for e in entries}), len(entries), name)
            for entry in entries:
                with self.subTest(mixture=name, entry=entry["name"]):
                    self.assertLessEqual(set(entry), ENTRY_KEYS)
                    self.assertRegex(entry["sampling_strategy"], r"^(all|(first|end|random):\d+%?)$")
                    self.assertIn(entry.get("released", True), (True, False))
                    self.assertTrue("source" in entry or "note" in entry or not entry.get("released", True))

    def test_rows_are_those_of_the_file_names(self):
        rounded = {"llava_wild_4v_39k", "llava_wild_4v_12k", "llavar_gpt4_20k", "sharegpt4v-coco-50k"}
        rounded |= {"sharegpt4v-knowledge-2k", "sharegpt4v-llava-30k", "sharegpt4v-sam-20k"}
        checked = 0
        for entry in mixture(SINGLE_IMAGE) + mixture(ONEVISION):
            numbers = [int(n) for n in re.findall(r"(?<![\dA-Za-z])\d{3,6}(?![\dA-Za-z])", stem(entry))]
            if stem(entry) in rounded or not numbers or "rows" not in entry:
                continue
            checked += 1
            self.assertEqual(entry["rows"], numbers[-1], entry["name"])
        self.assertEqual(checked, 76 + 65)

    def test_single_image(self):
        entries = mixture(SINGLE_IMAGE)
        self.assertEqual(len(entries), 90)
        self.assertEqual(sum(map(sampled, entries)), 3_240_291)
        self.assertEqual(sum(not e.get("released", True) for e in entries), 6)
        folders = [e["json_path"].split("/")[0] for e in entries]
        counts = {f: folders.count(f) for f in set(folders)}
        self.assertEqual(counts, {"real_vision_flan": 52, "ureader_new": 4, "cauldron": 34})

    def test_onevision(self):
        entries = mixture(ONEVISION)
        self.assertEqual(len(entries), 82)
        unknown = [stem(e) for e in entries if sampled(e) is None]
        self.assertEqual(
            unknown,
            [
                "cambrian_filtered_gpt4vo_sp_token_fltd_max10k_checked",
                "llava_ofa_mantis-instruct_reformatted",
                "academic_source_30s_v1_all",
                "0718_0_30_s_academic_mc_v0_1_all",
            ],
        )
        self.assertEqual(sum(sampled(e) for e in entries if sampled(e) is not None), 1_962_810)
        single = {stem(e): e for e in mixture(SINGLE_IMAGE)}
        new = [stem(e) for e in entries if stem(e) not in single]
        self.assertEqual(len(new), 9)
        for entry in entries:
            twin = single.get(stem(entry))
            if twin:
                self.assertEqual({k: entry.get(k) for k in ("name", "rows", "prompt")},
                                 {k: twin.get(k) for k in ("name", "rows", "prompt")})

    def test_knowledge(self):
        entries = mixture("stage1_5_knowledge_4m.yaml")
        order = ["blip558k", "coco118k", "cc3m_recap", "ureader_tr", "instruct_azure_dc_zh", "Evol-Instruct"]
        order += ["synthdog_zh_100k", "synthdog_en_100k"]
        self.assertEqual(len(entries), len(order))
        for entry, start in zip(entries, order):
            self.assertTrue(stem(entry).startswith(start), entry["name"])
            self.assertEqual(entry["sampling_strategy"], "all")
        unreleased = [e["name"] for e in entries if not e.get("released", True)]
        self.assertEqual(unreleased, ["azure_dc_zh"])


class Figures(unittest.TestCase):
    def setUp(self):
        self.figures = load("paper_figures.yaml")

    def check(self, stage, total, parts):
        categories = self.figures[stage]
        self.assertEqual({c["category"]: (c["samples"], len(c["sets"])) for c in categories}, parts)
        for category in categories:
            self.assertEqual(sum(s["samples"] for s in category["sets"]), category["samples"], category["category"])
            names = [s["name"] for s in category["sets"]]
            self.assertEqual(len(set(names)), len(names))
        self.assertEqual(sum(c["samples"] for c in categories), total)

    def test_single_image(self):
        parts = {"Doc/Chart/Screen": (647_138, 22), "General": (1_136_626, 27), "Pure Language": (449_995, 3)}
        parts |= {"Math/Reasoning": (631_575, 19), "General OCR": (280_991, 10)}
        self.check("single_image", 3_146_325, parts)

    def test_onevision(self):
        parts = {"Image": (406_708, 41), "Video": (337_367, 6), "Multi-image": (560_430, 35)}
        self.check("onevision", 1_304_505, parts)

    def test_printed_ids_are_one_short_from_13(self):
        for category in self.figures["single_image"]:
            for entry in category["sets"]:
                printed = prompts_of({"prompt": entry.get("printed", [])})
                self.assertEqual([p + (p >= 13) for p in printed], prompts_of(entry), entry["name"])

    def test_prompts_of_the_mixture_are_those_of_table_16(self):
        """A file's rows, or those of files that the table counts as one, are a row of the table with its prompt."""
        table = {}
        for category in self.figures["single_image"]:
            for entry in category["sets"]:
                table.setdefault((entry["samples"], tuple(prompts_of(entry))), entry["name"])
        joined = {"sharegpt4v": 91_025, "iconqa": 2_494, "tabmwp": 45_184, "k12_printing": 12_832, "hme100k": 74_502}
        checked = 0
        for entry in mixture(SINGLE_IMAGE):
            if "prompt" not in entry or stem(entry).startswith("llava_next"):
                continue
            kind = stem(entry).lower().removeprefix("mathv360k_")
            rows = next((n for start, n in joined.items() if kind.startswith(start)), None)
            if rows is None:  # the table rounds percentages down
                amount = entry["sampling_strategy"].split(":")[-1].rstrip("%")
                rows = entry["rows"] * int(amount if amount != "all" else 100) // 100
            self.assertIn((rows, tuple(prompts_of(entry))), table, entry["name"])
            checked += 1
        self.assertEqual(checked, 58)

    def test_multi_image_prompts(self):
        ids = {s.get("multi_image_prompt") for c in self.figures["onevision"] for s in c["sets"]}
        self.assertEqual(ids - {None}, set(range(3, 27)))


class Prompts(unittest.TestCase):
    def test_ids(self):
        prompts = load("prompts.yaml")["single_image"]
        self.assertEqual([p["id"] for p in prompts], list(range(1, 25)))
        for prompt in prompts:
            self.assertIn(prompt["position"], ("tail", "head", "all"))
            self.assertTrue(("text" in prompt) != ("note" in prompt), prompt["id"])
        used = {p for name in MIXTURES for e in mixture(name) for p in prompts_of(e)}
        self.assertLessEqual(used, {p["id"] for p in prompts})

    def test_exact_strings(self):
        exact = [p["text"] for p in load("prompts.yaml")["exact_llava_1_5"]]
        self.assertEqual(exact[0], "\nAnswer the question using a single word or phrase.")
        self.assertEqual(exact[1], "\nAnswer with the option's letter from the given choices directly.")


class Recipes(unittest.TestCase):
    def test_four_stages(self):
        frozen = {"vision": 0, "projector": 1e-3, "newline": 0, "language": 0}
        full = {"vision": 2e-6, "projector": 1e-5, "newline": 1e-5, "language": 1e-5}
        for size, later_batch in (("0.5b", 512), ("7b", 256), ("72b", 256)):
            with self.subTest(size=size):
                recipe = load(size, "recipe.yaml")
                stages = recipe["stages"]
                self.assertEqual([Path(s["data"]).name for s in stages], MIXTURES)
                self.assertEqual([s["learning_rates"] for s in stages], [frozen, full, full, full])
                self.assertEqual([s["batch_size"] for s in stages], [512] + [later_batch] * 3)
                self.assertEqual([s["micro_batch"] for s in stages], [16, 1, 1, 1])
                self.assertEqual([s["max_length"] for s in stages], [8192] + [32768] * 3)
                self.assertEqual([s["prompt"] for s in stages], ["plain"] + ["qwen_1_5"] * 3)
                self.assertEqual([s["tiling"]["mode"] for s in stages], ["square"] + ["anyres"] * 3)
                pinpoints = [[384, 768], [768, 384], [768, 768], [1152, 384], [384, 1152]]
                self.assertEqual(stages[1]["tiling"]["pinpoints"], pinpoints)
                for stage in stages[2:]:
                    self.assertEqual(stage["tiling"]["pinpoints"], "(1x1),...,(6x6)")
                    self.assertEqual(stage["tiling"]["max_tiles"], 9)
                self.assertEqual(stages[3]["video"], {"fps": 1, "max_frames": 32})
                defaults = recipe["stage_defaults"]
                self.assertEqual((defaults["warmup_ratio"], defaults["weight_decay"]), (0.03, 0))
                self.assertEqual(defaults["adam"], {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8})
                self.assertEqual((defaults["epochs"], defaults["max_grad_norm"]), (1, 1.0))
                for stage in stages:
                    self.assertTrue((RECIPES / size / stage["data"]).is_file(), stage["data"])

    def test_nano_ablation_differs_in_its_start_alone(self):
        run, ablation = load("nano", "recipe.yaml"), load("nano", "without_stage1_5.yaml")
        for key in ("seed", "output", "dtype", "stage_defaults"):
            self.assertEqual(ablation[key], run[key], key)
        (stage,) = ablation["stages"]
        whole = next(s for s in run["stages"] if s["name"] == stage["name"])
        # Stage 1 has no limit of tiles to hand on.
        self.assertEqual(stage["tiling"].pop("max_tiles"), 9)
        self.assertEqual(stage, whole)

    def test_finetune_example(self):
        stage = load("finetune", "recipe.yaml")["stages"][0]
        folder = RECIPES / "finetune"
        lines = (folder / stage["data"]).read_text(encoding="utf-8").splitlines()
        self.assertEqual(len(lines), 5)
        for line in lines:
            sample = json.loads(line)
            images = sample.get("image", [])
            images = [images] if isinstance(images, str) else images
            files = [folder / stage["image_folder"] / name for name in images]
            if "video" in sample:
                files.append(folder / stage["video_folder"] / sample["video"])
            for path in files:
                self.assertTrue(path.is_file(), path)
            marks = sum(turn["value"].count("<image>") for turn in sample["conversations"])
            self.assertEqual(marks, len(files), sample["id"])
            roles = [turn["from"] for turn in sample["conversations"]]
            self.assertEqual(roles, ["human", "gpt"] * (len(roles) // 2))


if __name__ == "__main__":
    unittest.main()
