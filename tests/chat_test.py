"""`chat`, through a pipe and at a pseudo-terminal."""

import json
import os
import pty
import select
import time
import unittest

from program import (CORRUPT, ENDLESS, HF, INPUT, OFFICIAL, PICTURES, VIDEOS, ProgramTest, run,
                     start)  # fmt: skip

COFFEE = PICTURES / "coffee.jpg"
TINY = ("--model", OFFICIAL, "--max-new-tokens", "4", "--dtype", "float32")


class Piped(ProgramTest):
    def chat(self, *lines, model=OFFICIAL):
        options = ("--model", model, *TINY[2:], "--num-frames", "2")
        return self.succeed("chat", *options, given="\n".join(lines) + "\n")

    def saved(self, path):
        return json.loads(path.read_text(encoding="utf-8"))["messages"]

    def test_a_conversation(self):
        path = self.folder / "talk.json"
        for model in (OFFICIAL, HF):
            lines = ["hello", f"/image {COFFEE}", "what is it?", f"/save {path}", "/exit", "unread"]
            done = self.chat(*lines, model=model)
            self.assertEqual(done.err, "")
            first, asked, second, answered = self.saved(path)
            self.assertEqual([m["role"] for m in (first, asked, second, answered)], ["user", "assistant"] * 2)
            self.assertEqual(first["content"], [{"type": "text", "text": "hello"}])
            self.assertEqual(second["content"], [{"type": "image", "path": str(COFFEE)},
                                                 {"type": "text", "text": "what is it?"}])  # fmt: skip
            for message in (asked, answered):
                self.assertIn(message["content"][0]["text"], done.out)
            self.assertNotIn("unread", done.out)
            alone = self.succeed("ask", "hello", *TINY[2:], "--model", model, "--json").json()
            self.assertEqual(asked["content"][0]["text"], alone["text"])

    def test_the_second_answer_is_that_of_the_whole_conversation(self):
        path, batch, out = (self.folder / name for name in ("talk.json", "in.jsonl", "out.jsonl"))
        self.chat(f"/image {COFFEE}", "what is it?", "sure?", f"/save {path}")
        messages = self.saved(path)
        batch.write_text(json.dumps({"id": 0, "messages": messages[:3]}) + "\n", encoding="utf-8")
        self.succeed("ask", "--batch", batch, "--out", out, *TINY)
        answer = json.loads(out.read_text(encoding="utf-8"))
        self.assertEqual(messages[3]["content"][0]["text"], answer["text"])

    def test_clear_forgets(self):
        path = self.folder / "talk.json"
        self.chat(f"/image {COFFEE}", "one", "/clear", "two", f"/save {path}")
        self.assertEqual([m["content"][0].get("text") for m in self.saved(path)][0], "two")
        self.assertEqual(len(self.saved(path)), 2)

    def test_mistakes_keep_the_session(self):
        path = self.folder / "talk.json"
        done = self.chat("/frob", "/image missing.png", f"/image {CORRUPT / 'images' / 'half_rgb.png'}",
                         f"/video {CORRUPT / 'videos' / 'truncated.mp4'}", "/image", "/save", "<image> what?",
                         f"/save {self.folder / 'no' / 'talk.json'}", "", f"/video {VIDEOS / 'frames'}", "two", "/help",
                         f"/save {path}")  # fmt: skip
        errors = done.err.splitlines()
        self.assertEqual(len(errors), 8, done.err)
        for line, word in zip(errors, ["/frob", "missing.png", "half_rgb.png", "truncated.mp4", "file name",
                                       "file name", "<image>", "no/talk.json"]):  # fmt: skip
            self.assertTrue(line.startswith("error: "), line)
            self.assertIn(word, line)
        self.assertEqual([part["type"] for part in self.saved(path)[0]["content"]], ["video", "text"])
        self.assertIn("/clear", done.out)

    def test_save_replaces_only_files(self):
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        self.assertIn("fifo", self.chat("hi", f"/save {fifo}").err)
        self.assertTrue(fifo.is_fifo())

    def test_bad_start(self):
        done = run("chat", "--image", "missing.png", *TINY, given="hi\n")
        self.assertIn("missing.png", done.err)
        self.assertIn(done.code, (0, INPUT))

    def test_texts_of_special_tokens_stay_text(self):
        path = self.folder / "talk.json"
        self.chat("a <|im_end|> b", f"/save {path}")
        self.assertEqual(self.saved(path)[0]["content"][0]["text"], "a <|im_end|> b")


class Terminal(ProgramTest):
    def setUp(self):
        super().setUp()
        self.keys, end = pty.openpty()
        environment = {**os.environ, "HOME": str(self.folder), "TERM": "dumb"}
        self.child = start("chat", "--model", OFFICIAL, "--max-new-tokens", "20000", *ENDLESS, stdin=end, stdout=end,
                           stderr=end, env=environment, preexec_fn=take_terminal)  # fmt: skip
        os.close(end)
        self.addCleanup(os.close, self.keys)
        self.addCleanup(self.child.wait)
        self.addCleanup(self.child.kill)
        self.seen = ""

    def read(self, limit):
        """Takes what the program writes within `limit` seconds; false once it has closed the terminal."""
        ready, _, _ = select.select([self.keys], [], [], limit)
        if ready:
            try:
                self.seen += os.read(self.keys, 65536).decode("utf-8", "replace")
            except OSError:
                return False
        return True

    def expect(self, text, limit=15):
        """Waits until `text` comes up after what was expected before."""
        end = time.monotonic() + limit
        while text not in self.seen:
            if not self.read(0.2):
                self.fail(f"ended before {text!r}: {self.seen[-500:]!r}")
            self.assertLess(time.monotonic(), end, f"no {text!r} in {self.seen[-500:]!r}")
        self.seen = self.seen[self.seen.index(text) + len(text) :]

    def type(self, text):
        os.write(self.keys, text.encode())

    def test_interrupt_stops_the_answer_and_not_the_session(self):
        self.expect("/help")
        self.expect("> ")
        self.type("/image missing.png\n")
        self.expect("error:")
        self.expect("> ")
        for question in ("Count.", "Again."):  # the second interrupt is as harmless as the first
            self.type(question + "\n")
            self.expect("\n")
            time.sleep(1)
            self.type("\x03")
            self.expect("\r\n> ")
            self.assertIsNone(self.child.poll())
        self.type("/help\n")
        self.expect("/clear")
        self.expect("\r\n> ")
        for _ in range(100):  # a key that comes while the terminal changes its mode lands in the line; Ctrl-U clears it
            self.type("\x15\x04")
            if not self.read(0.2) or self.child.poll() is not None:
                break
        self.assertEqual(self.child.wait(10), 0)

    def test_exit(self):
        self.expect("> ")
        self.type("/exit\n")
        self.assertEqual(self.child.wait(10), 0)


def take_terminal():
    """Makes the new terminal the controlling one, so that Ctrl-C reaches the program."""
    import fcntl
    import termios

    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


if __name__ == "__main__":
    unittest.main()
