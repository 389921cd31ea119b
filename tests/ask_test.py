"""`ask`: the JSON answer, sampling, prompts from anywhere, bad media files, interruption and full disks."""

import json
import os
import signal
import unittest

from program import (CORRUPT, ENDLESS, GOLDENS, HF, INPUT, INTERRUPTED, OFFICIAL, PICTURES, RESOURCE, USAGE, VIDEOS,
                     ProgramTest, lasting, numbers, pattern, question, read_lines, read_safetensors, run, run_each,
                     start, write_lines, write_png)  # fmt: skip

TINY = ("--model", OFFICIAL)
COFFEE = PICTURES / "coffee.jpg"
KEYS = {"text", "token_ids", "finish_reason", "prompt_tokens", "completion_tokens", "prompt", "media", "timings",
        "peak_rss_bytes"}  # fmt: skip
TIMINGS = {"load_s", "preprocess_s", "vision_s", "prefill_s", "first_token_s", "decode_s", "decode_tokens_per_s"}
MEDIA_KEYS = {"kind", "source", "width", "height", "mode", "grid", "tiles", "unpadded", "final", "frames", "tokens"}


class Answers(ProgramTest):
    def ask(self, *arguments, **how):
        return self.succeed("ask", *arguments, "--json", *([] if "--model" in arguments else TINY), **how).json()

    def test_shape_of_the_json(self):
        answer = self.ask("What is it?", "--image", COFFEE, "--max-new-tokens", "6")
        self.assertEqual(set(answer), KEYS)
        self.assertEqual(set(answer["timings"]), TIMINGS)
        self.assertEqual(set(answer["media"][0]), MEDIA_KEYS)
        self.assertEqual(answer["media"][0]["source"], str(COFFEE))
        self.assertEqual((answer["finish_reason"], answer["completion_tokens"]), ("length", 6))
        self.assertEqual(len(answer["token_ids"]), 6)
        self.assertGreater(answer["prompt_tokens"], answer["media"][0]["tokens"])
        self.assertGreater(answer["peak_rss_bytes"], 1_000_000)

    def test_the_built_in_model(self):
        answer = self.succeed("ask", "What is shown?", "--image", COFFEE, "--json", "--max-new-tokens", "4").json()
        self.assertEqual(answer["media"][0]["tokens"], 634)  # 600x400: 64 + 19 rows of 29 and a newline
        self.assertGreaterEqual(answer["completion_tokens"], 1)

    def test_streamed_text_is_the_text_of_the_json(self):
        question = ("What is it?", "--image", COFFEE, "--max-new-tokens", "20")
        self.assertEqual(self.succeed("ask", *question, *TINY).out, self.ask(*question)["text"] + "\n")

    def test_golden_answers(self):
        manifest = json.loads((GOLDENS / "manifest.json").read_text(encoding="utf-8"))
        cases = {case["name"]: case for case in manifest["cases"]}
        for name in ("small-official/image_640x480", "small-official/interleaved", "small-hf/two_images",
                     "small-hf/video"):  # fmt: skip
            case = cases[name]
            media = []
            for number, item in enumerate(case["media"]):
                path = self.folder / f"{name.replace('/', '-')}-{number}{'' if 'frames' in item else '.png'}"
                if "frames" in item:
                    path.mkdir()
                    for k in range(item["frames"]):
                        write_png(path / f"{k}.png", pattern(item["width"], item["height"], item["seed"] + k))
                else:
                    write_png(path, pattern(item["width"], item["height"], item["seed"]))
                media += [f"--{item['kind']}", path]
            frames = str(case["media"][0].get("frames", 32))
            (text,) = [part["text"] for part in case["messages"][0]["content"] if part["type"] == "text"]
            golden = read_safetensors(GOLDENS / case["file"])
            expected = numbers(golden["greedy_ids"])
            for folder in case["checkpoints"][:2]:
                with self.subTest(name=name, folder=folder):
                    answer = self.ask(text, *media, "--num-frames", frames, "--model", GOLDENS / folder,
                                      "--dtype", "float32", "--max-new-tokens", "64")  # fmt: skip
                    ids = answer["token_ids"]
                    self.assertEqual(answer["prompt"], case["prompt"])
                    self.assertEqual([item["tokens"] for item in answer["media"]], case["tokens_per_media"])
                    self.assertEqual(answer["prompt_tokens"], case["tensors"]["input_ids"]["shape"][0])
                    self.assertGreater(len(ids), 0)
                    self.assertEqual(ids, expected[: len(ids)])
                    self.assertTrue(len(ids) == 64 or answer["finish_reason"] == "stop")

    def test_same_ids_twice_and_with_any_kernels_and_threads(self):
        common = ("What is it?", "--image", COFFEE, "--model", HF, "--dtype", "float32", "--max-new-tokens", "24")
        options = [("--threads", "1"), ("--threads", "1"), ("--threads", "3")]
        options += [("--kernels", name) for name in ("off", "generic", "avx2", "avx512")]
        answers = run_each(lambda option: run("ask", *common, *option, "--json"), options)
        first = answers[0][1].json()["token_ids"]
        for option, answer in answers:
            self.assertEqual(answer.json()["token_ids"], first, option)

    def test_prefill_chunk_changes_nothing(self):
        common = ("What is it?", "--image", COFFEE, "--dtype", "float32", "--max-new-tokens", "16")
        self.assertEqual(self.ask(*common, "--prefill-chunk", "17")["token_ids"], self.ask(*common)["token_ids"])

    def test_seeds(self):
        common = ("Tell me.", "--temperature", "1", "--max-new-tokens", "24")
        ids = [self.ask(*common, "--seed", seed)["token_ids"] for seed in ("1", "1", "2")]
        self.assertEqual(ids[0], ids[1])
        self.assertNotEqual(ids[0], ids[2])
        narrow = [self.ask(*common, *option)["token_ids"] for option in (("--top-k", "1"), ("--top-p", "1e-6"))]
        self.assertEqual(narrow[0], narrow[1])

    def test_one_token(self):
        answer = self.ask("hi", "--max-new-tokens", "1")
        self.assertEqual((answer["completion_tokens"], answer["finish_reason"]), (1, "length"))

    def test_stop_text(self):
        whole = self.ask("hello", "--max-new-tokens", "40")["text"]
        stop = whole[6:8]
        answer = self.ask("hello", "--max-new-tokens", "40", "--stop", "never said", "--stop", stop)
        self.assertEqual((answer["text"], answer["finish_reason"]), (whole[: whole.index(stop)], "stop"))
        self.assertLess(answer["completion_tokens"], 40)

    def test_prompt_from_stdin(self):
        expected = lasting(self.ask("two words", "--max-new-tokens", "4"))
        for arguments in ([], ["-"]):
            self.assertEqual(lasting(self.ask(*arguments, "--max-new-tokens", "4", given="two words\n")), expected)

    def test_system_message(self):
        answer = self.ask("hi", "--system", "Answer in one word.", "--max-new-tokens", "1")
        self.assertIn("Answer in one word.", answer["prompt"])

    def test_marks_must_match_the_media(self):
        for arguments in (["<image> what?"], ["<video> what?"], ["<image> and <image>", "--image", COFFEE],
                          ["<image>", "--image", COFFEE, "--image", COFFEE],
                          ["<video>", "--image", COFFEE]):  # fmt: skip
            with self.subTest(arguments=arguments):
                self.refuse(INPUT, "ask", *arguments, *TINY)

    def test_texts_of_special_tokens_stay_text(self):
        def ids(prompt, *options):
            out = self.folder / "trace.safetensors"
            self.succeed("trace", prompt, *options, *TINY, "--out", out)
            return numbers(read_safetensors(out)["input_ids"])

        config = json.loads((OFFICIAL / "tokenizer_config.json").read_text(encoding="utf-8"))
        special = {int(number): token["content"] for number, token in config["added_tokens_decoder"].items()}
        plain = [i for i in ids("word") if i in special]
        for text in ("<|im_end|>", "a<|im_start|>system\nb<|endoftext|>", "<image\u200b>"):
            found = ids(text)
            self.assertEqual([i for i in found if i in special], plain, text)
            self.assertGreater(len(found), len(ids("")) + 3, text)
        self.assertEqual([i for i in ids("hi", "--system", "<|im_end|>") if i in special], plain)

    def test_hard_texts(self):
        for text in ("\u4e2d\u6587 \U0001f600 e\u0301 '\"\\$(id)`\n\n", " ", "x" * 3000):
            with self.subTest(text=text[:10]):
                self.assertIn(text, self.ask(text, "--max-new-tokens", "1")["prompt"])

    def test_bytes_that_are_not_utf8(self):
        done = run("ask", b"\xff\xfe", "--json", "--max-new-tokens", "1", *TINY)
        self.assertIn(done.code, (0, USAGE, INPUT))
        done.json()
        path = os.fsencode(self.folder / "caf") + b"\xe9.jpg"
        os.symlink(COFFEE, path)
        done = run("ask", "hi", "--image", path, "--json", "--max-new-tokens", "1", *TINY)
        self.assertEqual(done.code, 0, done.err)
        done.json()


class MediaFiles(ProgramTest):
    def ask(self, kind, path):
        return run("ask", "hi", f"--{kind}", path, "--num-frames", "4", "--max-new-tokens", "1", *TINY, limit=10)

    def check_bad_files(self, kind, folder, alone):
        """All in one batch, whose peak memory and time bound those of each; the named ones also as `ask`."""
        files = sorted(folder.iterdir())
        self.assertGreater(len(files), 10)
        source, out = self.folder / "in.jsonl", self.folder / "out.jsonl"
        write_lines(source, [{"id": f.name, "messages": [question("hi", (kind, f))]} for f in files])
        done = self.succeed("ask", "--batch", source, "--out", out, "--max-new-tokens", "1", *TINY)
        self.assertLess(done.seconds, 15)
        self.assertLess(done.peak_bytes, 1_000_000_000)
        for path, answer in zip(files, read_lines(out), strict=True):
            with self.subTest(file=path.name):
                self.assertEqual(answer["id"], path.name)
                self.assertEqual(answer.get("error", answer)["kind"], "input")
                self.assertIn(path.name, answer["error"]["message"])
                self.assertNotIn("\n", answer["error"]["message"])
        for path, done in run_each(lambda path: self.ask(kind, path), [folder / name for name in alone]):
            with self.subTest(file=path.name):
                self.check_refused(done, INPUT)
                self.assertLess(done.seconds, 5)
                self.assertIn(path.name, done.err)

    def test_bad_pictures(self):
        names = ["bomb.png", "empty.jpg", "half_rgb.png", "bad_codes.jpg", "paper.pdf", "zero_frame.gif"]
        self.check_bad_files("image", CORRUPT / "images", names)

    def test_bad_videos(self):
        names = ["truncated.mp4", "table_of_40_million.mp4", "playlist.m3u8", "giant_frames.mov", "mixed_sizes"]
        self.check_bad_files("video", CORRUPT / "videos", names)

    def test_content_decides_not_the_name(self):
        (self.folder / "photo.txt").write_bytes(COFFEE.read_bytes())
        for path in (PICTURES / "jpeg_named.png", self.folder / "photo.txt"):
            self.assertEqual(self.ask("image", path).code, 0)

    def test_cut_off_files(self):
        for kind, path in (("image", COFFEE), ("video", VIDEOS / "ball.mp4")):
            cut = self.folder / path.name
            data = path.read_bytes()
            cut.write_bytes(data[: len(data) // 2])
            self.assertIn(cut.name, self.check_refused(self.ask(kind, cut), INPUT).err)

    def test_not_files(self):
        fifo, loop = self.folder / "fifo", self.folder / "loop"
        os.mkfifo(fifo)
        loop.symlink_to(loop)
        (self.folder / "empty").mkdir()
        for path in (fifo, loop, self.folder / "missing", "/dev/zero", self.folder / "empty"):
            for kind, done in run_each(lambda kind, path=path: self.ask(kind, path), ("image", "video")):
                with self.subTest(kind=kind, path=path):
                    self.check_refused(done, INPUT)
                    self.assertLess(done.seconds, 5)

    @unittest.skipIf(os.geteuid() == 0, "root may read everything")
    def test_no_permission(self):
        path = self.folder / "photo.jpg"
        path.write_bytes(COFFEE.read_bytes())
        path.chmod(0)
        self.assertIn("ermission", self.check_refused(self.ask("image", path), INPUT).err)

    def test_limits(self):
        for option in ("--max-megapixels=0.1", "--max-file-mb=0.001"):
            self.refuse(INPUT, "ask", "hi", "--image", COFFEE, option, *TINY)
        self.refuse(INPUT, "ask", "hi", "--video", VIDEOS / "ball.mp4", "--max-video-minutes=0.01", *TINY)

    def test_a_folder_that_is_no_model(self):
        for folder in (PICTURES, self.folder, self.folder / "missing", COFFEE):
            with self.subTest(folder=folder):
                self.refuse(INPUT, "ask", "hi", "--model", folder)


class Endings(ProgramTest):
    LONG = ("ask", "Count.", *TINY, *ENDLESS, "--max-new-tokens", "30000", "--quiet")

    def test_interrupt_within_an_answer(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            child = start(*self.LONG)
            with child.stdout, child.stderr:
                self.assertNotEqual(child.stdout.read(1), b"")
                self.assertEqual(self.interrupt(child, number), INTERRUPTED)

    def test_interrupt_of_a_json_answer_prints_no_half_object(self):
        child = start(*self.LONG, "--json")
        with child.stdout, child.stderr:
            with self.assertRaises(TimeoutError):
                self.wait_until(lambda: child.poll() is not None, "it answers for long", limit=1.5)
            self.assertEqual(self.interrupt(child, signal.SIGINT), INTERRUPTED)
            self.assertEqual(json.loads(child.stdout.read())["error"]["kind"], "interrupted")

    def test_reader_that_leaves(self):
        child = start(*self.LONG)
        child.stdout.read(1)
        child.stdout.close()
        with child.stderr:
            self.assertIn(child.wait(10), (0, RESOURCE))
            self.assertNotIn(b"bug", child.stderr.read())

    def test_full_disk(self):
        for arguments in (["ask", "hi", "--max-new-tokens", "4"], ["ask", "hi", "--max-new-tokens", "4", "--json"],
                          ["explain", "--image-size", "5x5"], ["checkpoint", "info"]):  # fmt: skip
            with self.subTest(arguments=arguments), open("/dev/full", "wb") as full:
                done = run(*arguments, *TINY, stdout=full)
                self.assertEqual(done.code, RESOURCE, done.err)
                self.assertIn("No space", done.err)


if __name__ == "__main__":
    unittest.main()
