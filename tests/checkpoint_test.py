"""`checkpoint info | verify | convert | random | assemble`, and what every command says about broken folders."""

import json
import shutil
import unittest

from program import (CHECKPOINTS, CORRUPT, FORMAT, HF, INPUT, OFFICIAL, PICTURES, RESOURCE, USAGE, ProgramTest,
                     file_size_limit, read_safetensors, run, run_each, write_safetensors)  # fmt: skip

SHARDED = CHECKPOINTS / "small-hf-b"
NEWLINE, EMBEDDING = "model.image_newline", "model.embed_tokens.weight"


class CheckpointTest(ProgramTest):
    def copy(self, source=OFFICIAL, name="copy"):
        return shutil.copytree(source, self.folder / name)

    def change(self, folder, change):
        """Rewrites model.safetensors after change(tensors)."""
        tensors = read_safetensors(folder / "model.safetensors")
        change(tensors)
        write_safetensors(folder / "model.safetensors", tensors)


class Info(CheckpointTest):
    def test_json(self):
        for folder, layout in ((OFFICIAL, "official"), (HF, "hf"), (SHARDED, "hf"), (CHECKPOINTS / "small-hf-c", "hf")):
            found = self.succeed("checkpoint", "info", folder, "--json").json()
            files = sorted(folder.glob("*.safetensors"))
            sizes = [len(data) for path in files for _, _, data in read_safetensors(path).values()]
            self.assertEqual(found["layout"], layout)
            self.assertEqual((found["files"], found["tensors"]), (len(files), len(sizes)))
            self.assertEqual(found["bytes"], sum(sizes))
            self.assertEqual(found["parameters"]["total"], sum(sizes) // 4)

    def test_text(self):
        out = self.succeed("checkpoint", "info", OFFICIAL).out
        self.assertIn("official", out)
        self.assertEqual(out, self.succeed("checkpoint", "info", "--model", OFFICIAL).out)

    def test_the_built_in_model(self):
        self.assertTrue(self.succeed("checkpoint", "info", "--json").json()["tied"])


class Verify(CheckpointTest):
    def check_unsound(self, folder, *words):
        """Exit code 4 in both forms, with the words in the report or the error."""
        for options in ([], ["--json"]):
            done = run("checkpoint", "verify", folder, "--quiet", *options)
            self.assertEqual(done.code, FORMAT, done.out + done.err)
            for word in words:
                self.assertIn(word, done.out + done.err)
        report = done.json()
        self.assertTrue("error" in report or report["ok"] is False, report)

    def test_sound_folders(self):
        for folder in (OFFICIAL, SHARDED, CHECKPOINTS / "small-hf-c", CHECKPOINTS / "odd-official"):
            found = self.succeed("checkpoint", "verify", folder, "--json", "--quiet").json()
            self.assertTrue(found["ok"] and all(check["ok"] for check in found["checks"]))
        self.assertIn("finite", self.succeed("checkpoint", "verify").out)

    def test_not_finite(self):
        for value in (b"\0\0\xc0\x7f", b"\0\0\x80\xff"):  # NaN, -infinity
            folder = self.copy(name=f"copy{value[2]}")

            def spoil(tensors, value=value):
                dtype, shape, data = tensors[EMBEDDING]
                tensors[EMBEDDING] = (dtype, shape, data[:400] + value + data[404:])

            self.change(folder, spoil)
            self.check_unsound(folder, EMBEDDING)

    def test_missing_extra_and_misshapen_tensors(self):
        changes = {
            NEWLINE: lambda tensors: tensors.pop(NEWLINE),
            "model.frob.weight": lambda tensors: tensors.update({"model.frob.weight": ("F32", [1], bytes(4))}),
            EMBEDDING: lambda tensors: tensors.update({EMBEDDING: ("F32", [40, 576], tensors[EMBEDDING][2])}),
        }
        for name, change in changes.items():
            with self.subTest(name=name):
                folder = self.copy(name=name)
                self.change(folder, change)
                self.check_unsound(folder, name)
                self.assertIn(name, self.refuse(FORMAT, "ask", "hi", "--model", folder).err)

    def test_shards(self):
        cut, lost, index = (self.copy(SHARDED, name) for name in ("cut", "lost", "index"))
        second = "model-00002-of-00002.safetensors"
        (cut / second).write_bytes((SHARDED / second).read_bytes()[:-1000])
        self.check_unsound(cut, second)
        (lost / second).unlink()
        self.check_unsound(lost, second)
        (index / "model.safetensors.index.json").write_text('{"weight_map": {"x": "../../etc/passwd"}}')
        self.check_unsound(index)
        for folder, code in ((cut, FORMAT), (lost, INPUT), (index, FORMAT)):
            self.refuse(code, "ask", "hi", "--model", folder)

    def test_broken_json_files(self):
        deep = "[" * 100000
        texts = [("config.json", ["", '{"hidden_size": ', "[]", deep]), ("tokenizer.json", ["", "[]", "<html>", deep]),
                 ("generation_config.json", ['{"do_sample": '])]  # fmt: skip
        cases = []
        for file, broken in texts:
            for number, text in enumerate(broken):
                folder = self.copy(name=f"{file}-{number}")
                (folder / file).write_text(text)
                cases.append((folder, file))
        for (folder, file), done in run_each(lambda case: run("ask", "hi", "--model", case[0]), cases):
            with self.subTest(folder=folder.name):
                self.check_refused(done, FORMAT)
                self.assertIn(file, done.err)
        self.check_unsound(folder, file)

    def test_absurd_shapes_in_the_config(self):
        changes = [("hidden_size", 0), ("hidden_size", -8), ("hidden_size", 1e99), ("hidden_size", "40"),
                   ("num_hidden_layers", 10**9), ("vocab_size", 2**62), ("num_attention_heads", 0),
                   ("num_key_value_heads", 3), ("image_grid_pinpoints", [[0, 0]]), ("rms_norm_eps", "small"),
                   ("hidden_act", "relu"), ("architectures", ["LlamaForCausalLM"])]  # fmt: skip
        cases = []
        for number, (key, value) in enumerate(changes):
            folder = self.copy(name=str(number))
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            (folder / "config.json").write_text(json.dumps({**config, key: value}))
            cases.append((folder, key, value))
        for (_, key, value), done in run_each(lambda case: run("ask", "hi", "--model", case[0]), cases):
            with self.subTest(key=key, value=value):
                self.check_refused(done, FORMAT)
                self.assertLess(done.peak_bytes, 1_000_000_000)

    def test_hostile_weight_files(self):
        cases = []
        for path in sorted((CORRUPT / "safetensors").iterdir()):
            folder = self.copy(name=path.stem)
            shutil.copy(path, folder / "model.safetensors")
            cases.append(folder)
        self.assertGreater(len(cases), 10)
        for folder, done in run_each(lambda folder: run("ask", "hi", "--model", folder, limit=10), cases):
            with self.subTest(file=folder.name):
                self.check_refused(done, FORMAT)
                self.assertIn("model.safetensors", done.err)
                self.assertLess(done.seconds, 5)
                self.assertLess(done.peak_bytes, 1_000_000_000)
        self.check_unsound(cases[0])


class Convert(CheckpointTest):
    def weights(self, folder):
        tensors = {}
        for path in sorted(folder.glob("*.safetensors")):
            tensors.update(read_safetensors(path))
        return tensors

    def test_there_and_back(self):
        there, back = self.folder / "hf", self.folder / "back"
        done = self.succeed("checkpoint", "convert", OFFICIAL, "--to", "hf", "--out", there, "--json")
        self.assertEqual(done.json()["tensors"], len(self.weights(OFFICIAL)))
        self.succeed("checkpoint", "convert", "--model", there, "--to", "official", "--out", back)
        self.assertEqual(self.weights(back), self.weights(OFFICIAL))
        for folder, layout in ((there, "hf"), (back, "official")):
            self.succeed("checkpoint", "verify", folder)
            self.assertEqual(self.succeed("checkpoint", "info", folder, "--json").json()["layout"], layout)
        self.assertEqual(self.answer(back), self.answer(OFFICIAL))

    def answer(self, model):
        common = ("--max-new-tokens", "12", "--dtype", "float32", "--json")
        return self.succeed("ask", "What is it?", "--model", model, *common).json()["token_ids"]

    def test_from_other_names(self):
        expected = self.weights(OFFICIAL)
        for source in ("small-hf-b", "small-hf-c"):
            out = self.folder / source
            self.succeed("checkpoint", "convert", CHECKPOINTS / source, "--to", "official", "--out", out)
            self.assertEqual(set(self.weights(out)), set(expected))
            self.assertEqual(self.answer(out), self.answer(OFFICIAL))

    def test_shards(self):
        out = self.folder / "shards"
        self.succeed("checkpoint", "convert", HF, "--to", "hf", "--out", out, "--max-shard-gb", "0.0002")
        self.assertGreater(len(list(out.glob("*.safetensors"))), 1)
        self.assertTrue((out / "model.safetensors.index.json").exists())
        self.succeed("checkpoint", "verify", out)

    def test_what_exists_is_not_touched(self):
        taken = self.folder / "taken"
        taken.mkdir()
        (taken / "mine.txt").write_text("mine")
        for out in (taken, taken / "mine.txt"):
            done = run("checkpoint", "convert", OFFICIAL, "--to", "hf", "--out", out)
            self.check_refused(done, INPUT)
            self.assertIn("exists", done.err)
        self.assertEqual([path.name for path in taken.iterdir()], ["mine.txt"])
        self.assertEqual((taken / "mine.txt").read_text(), "mine")
        source = self.copy()
        before = sorted(path.name for path in source.iterdir())
        self.refuse(INPUT, "checkpoint", "convert", source, "--to", "hf", "--out", source)
        self.assertEqual(sorted(path.name for path in source.iterdir()), before)

    def test_a_failure_leaves_nothing(self):
        folder = self.copy()
        self.change(folder, lambda tensors: tensors.pop(NEWLINE))
        out = self.folder / "out"
        self.assertIn(NEWLINE, run("checkpoint", "convert", folder, "--to", "hf", "--out", out).err)
        self.refuse(RESOURCE, "checkpoint", "convert", OFFICIAL, "--to", "hf", "--out", out, "--quiet",
                    **file_size_limit(100_000))  # fmt: skip
        self.assertEqual([path.name for path in self.folder.iterdir()], ["copy"])

    def test_a_folder_that_cannot_be_made(self):
        self.refuse(RESOURCE, "checkpoint", "convert", OFFICIAL, "--to", "hf", "--out", "/proc/onevision")


class Assemble(CheckpointTest):
    def setUp(self):
        super().setUp()
        self.tensors = read_safetensors(OFFICIAL / "model.safetensors")
        self.config = json.loads((OFFICIAL / "config.json").read_text(encoding="utf-8"))
        self.text = self.copy(name="text")
        self.tower = self.folder / "tower"
        self.tower.mkdir()
        drawn = ("model.mm_projector.", "model.image_newline")
        outer = "model.vision_tower.vision_tower."
        text, tower = {}, {}
        for name, tensor in self.tensors.items():
            if name.startswith(outer):
                tower[name.removeprefix(outer)] = tensor
            elif not name.startswith(drawn):
                text[name] = tensor
        write_safetensors(self.text / "model.safetensors", text)
        write_safetensors(self.tower / "model.safetensors", tower)
        (self.text / "config.json").write_text(json.dumps({**self.config, "model_type": "qwen2"}))
        (self.tower / "config.json").write_text(json.dumps(self.config["vision_config"]))

    def words(self, out, *more):
        parts = ("--language-model", self.text, "--vision-tower", self.tower)
        return ("checkpoint", "assemble", *parts, "--out", out, *more)

    def test_a_model_taken_apart(self):
        kept = {name: data for name, data in self.tensors.items() if "projector" not in name and "newline" not in name}
        options = ("--tower-layers", "2", "--dtype", "float32", "--json")
        done = self.succeed(*self.words(self.folder / "out", *options))
        self.assertEqual((done.json()["tensors"], done.json()["files"]), (len(self.tensors), 1))
        made = read_safetensors(self.folder / "out" / "model.safetensors")
        self.assertEqual({name: made[name] for name in kept}, kept)
        self.assertEqual(made.keys(), self.tensors.keys())
        self.succeed("checkpoint", "verify", self.folder / "out")
        words = ("ask", "What is it?", "--max-new-tokens", "8", "--dtype", "float32", "--json", "--model")
        expected = self.succeed(*words, OFFICIAL).json()["token_ids"]
        self.assertEqual(self.succeed(*words, self.folder / "out").json()["token_ids"], expected)

    def test_the_seed_decides(self):
        files = []
        for number, seed in enumerate(("1", "1", "2")):
            out = self.folder / str(number)
            done = self.succeed(*self.words(out, "--layout", "hf", "--seed", seed))
            self.assertIn("drawn with seed " + seed, done.out)
            self.assertEqual(self.succeed("checkpoint", "info", out, "--json").json()["vision"]["layers"], 1)
            files.append((out / "model.safetensors").read_bytes())
        self.assertEqual(files[0], files[1])
        self.assertNotEqual(files[0], files[2])

    def test_refusals(self):
        out = self.folder / "out"
        self.refuse(USAGE, *self.words(out)[:-2])
        self.refuse(USAGE, *self.words(out, "--dtype", "float16"))
        self.refuse(USAGE, *self.words(out, "--tower-layers", "3"))
        self.assertIn("qwen2", self.refuse(FORMAT, "checkpoint", "assemble", "--language-model", OFFICIAL,
                                           "--vision-tower", self.tower, "--out", out).err)  # fmt: skip
        (self.text / "tokenizer.json").unlink()
        (self.text / "vocab.json").unlink()
        self.assertIn("tokenizer.json", self.refuse(INPUT, *self.words(out)).err)
        (self.tower / "model.safetensors").unlink()
        self.refuse(INPUT, *self.words(out))
        self.assertFalse(out.exists())


class Flat(CheckpointTest):
    def test_a_newline_that_is_not_used(self):
        folder = self.copy()
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        config |= {"image_aspect_ratio": "square", "mm_patch_merge_type": "flat"}
        (folder / "config.json").write_text(json.dumps(config))
        words = ("ask", "What is it?", "--image", PICTURES / "coffee.jpg", "--max-new-tokens", "8", "--json",
                 "--dtype", "float32", "--model")  # fmt: skip
        ids = self.succeed(*words, folder).json()["token_ids"]
        self.succeed("checkpoint", "convert", folder, "--to", "official", "--out", self.folder / "again")
        stored = read_safetensors(self.folder / "again" / "model.safetensors")
        self.assertEqual(stored, read_safetensors(OFFICIAL / "model.safetensors"))
        self.change(folder, lambda tensors: tensors.pop(NEWLINE))
        self.succeed("checkpoint", "verify", folder)
        self.assertEqual(self.succeed(*words, folder).json()["token_ids"], ids)


if __name__ == "__main__":
    unittest.main()
