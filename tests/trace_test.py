"""`trace`: a safetensors file with the promised names and shapes, equal to the goldens of transformers 4.57.6."""

import json
import os
import unittest

from program import (CHECKPOINTS, GOLDENS, HF, OFFICIAL, PICTURES, RESOURCE, VIDEOS, ProgramTest, file_size_limit,
                     numbers, pattern, read_safetensors, write_png)  # fmt: skip


class Trace(ProgramTest):
    def setUp(self):
        super().setUp()
        self.out = self.folder / "trace.safetensors"

    def trace(self, *arguments, model=OFFICIAL):
        done = self.succeed("trace", *arguments, "--model", model, "--dtype", "float32", "--out", self.out)
        tensors = read_safetensors(self.out)
        listed = [f"{name} [{', '.join(map(str, shape))}]" for name, (_, shape, _) in tensors.items()]
        self.assertEqual(sorted(line.replace(",", ", ").replace(",  ", ", ") for line in done.out.splitlines()),
                         sorted(listed))  # fmt: skip
        return tensors

    def test_names_and_shapes(self):
        config = json.loads((OFFICIAL / "config.json").read_text(encoding="utf-8"))
        tensors = self.trace("What is it?", "--image", PICTURES / "coffee.jpg")
        shapes = {name: shape for name, (_, shape, _) in tensors.items()}
        (length,) = shapes["input_ids"]
        tiles, tokens, layers, width = 25, 151, config["num_hidden_layers"], config["hidden_size"]
        expected = {
            "input_ids": [length],
            "pixel_values": [tiles, 3, 56, 56],
            "vision_features": [tiles, 16, config["mm_hidden_size"]],
            "projected": [tiles, 16, width],
            "image_tokens": [tokens, width],
            "inputs_embeds": [length, width],
            "logits": [config["vocab_size"]],
        }
        hidden = {name for name in shapes if name.startswith("hidden.")}
        self.assertLessEqual({f"hidden.{n}" for n in range(1, layers + 1)}, hidden)
        expected.update({name: [length, width] for name in hidden})
        self.assertEqual(shapes, expected)
        self.assertEqual({tensors[name][0] for name in shapes if name != "input_ids"}, {"F32"})
        self.assertEqual(numbers(tensors["input_ids"]).count(config["image_token_index"]), tokens)
        embeds, image = numbers(tensors["inputs_embeds"]), numbers(tensors["image_tokens"])
        begin = numbers(tensors["input_ids"]).index(config["image_token_index"])
        self.assertEqual(embeds[begin * width : (begin + tokens) * width], image)

    def test_all_logits_end_in_the_last(self):
        last = numbers(self.trace("Hello")["logits"])
        tensors = self.trace("Hello", "--all-logits")
        length, vocabulary = tensors["logits"][1]
        self.assertEqual([length], tensors["input_ids"][1])
        self.assertEqual(vocabulary, len(last))
        for a, b in zip(numbers(tensors["logits"])[-vocabulary:], last, strict=True):
            self.assertAlmostEqual(a, b, delta=1e-4)

    def test_a_text_has_no_pixels(self):
        self.assertNotIn("pixel_values", self.trace("Hello"))

    def test_a_video(self):
        shapes = {n: t[1] for n, t in self.trace("Hi", "--video", VIDEOS / "frames", "--num-frames", "3").items()}
        self.assertEqual((shapes["pixel_values"], shapes["image_tokens"]), ([3, 3, 56, 56], [3 * 4 + 1, 40]))

    def test_logits_of_the_goldens(self):
        manifest = json.loads((GOLDENS / "manifest.json").read_text(encoding="utf-8"))
        for name in ("small-official/image_640x480", "small-hf/image_640x480", "odd-hf/image_640x480"):
            (case,) = [case for case in manifest["cases"] if case["name"] == name]
            (item,), (message,) = case["media"], case["messages"]
            picture = self.folder / "picture.png"
            write_png(picture, pattern(item["width"], item["height"], item["seed"]))
            golden = read_safetensors(GOLDENS / case["file"])
            for folder in case["checkpoints"][-1:]:
                with self.subTest(name=name, folder=folder):
                    tensors = self.trace(message["content"][1]["text"], "--image", picture, model=GOLDENS / folder)
                    self.assertEqual(tensors["input_ids"], golden["input_ids"])
                    for a, b in zip(numbers(tensors["logits"]), numbers(golden["logits"]), strict=True):
                        self.assertAlmostEqual(a, b, delta=1e-4)

    def test_layouts_of_the_same_weights_agree_to_the_bit(self):
        models = (HF, CHECKPOINTS / "small-hf-b", CHECKPOINTS / "small-hf-c")
        traces = [self.trace("Hi", "--image", PICTURES / "rgb.png", model=model) for model in models]
        self.assertEqual(traces[0], traces[1])
        self.assertEqual(traces[0], traces[2])


class Unwritable(ProgramTest):
    def refuse_out(self, out, **how):
        return self.refuse(RESOURCE, "trace", "hi", "--model", OFFICIAL, "--out", out, **how)

    def test_no_such_folder(self):
        self.refuse_out(self.folder / "no" / "trace.safetensors")
        self.refuse_out(self.folder)

    def test_what_is_no_file_stays(self):
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        self.refuse_out(fifo)
        self.assertTrue(fifo.is_fifo())

    def test_a_full_disk_leaves_the_old_file(self):
        out = self.folder / "trace.safetensors"
        out.write_bytes(b"old")
        self.refuse_out(out, **file_size_limit(2000))
        self.assertEqual(list(self.folder.iterdir()), [out])
        self.assertEqual(out.read_bytes(), b"old")


if __name__ == "__main__":
    unittest.main()
