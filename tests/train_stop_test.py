"""`train` stopped and resumed: killed at random times, by signals, by a full disk. However often a run is stopped, its
models, its order and its metrics must be those of a run that was never stopped."""

import os
import random
import shutil
import signal
import subprocess
import time
import unittest

from program import FORMAT, INTERRUPTED, RESOURCE, USAGE, file_size_limit
from training import TrainingTest, digests, whole_lines

NUM_KILLS = 20
# 40 + 96 steps with a checkpoint every third, so that twenty kills cannot use up the run.
LONG = ("--set", "stage_defaults.epochs=4")


def mount_small(folder, size):
    """A file system of `size` bytes at the folder; False where we may not."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    line = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    return subprocess.run(line, capture_output=True, check=False).returncode == 0


class Killed(TrainingTest):
    def test_twenty_kills_change_nothing(self):
        calm = self.folder / "calm"
        began = time.monotonic()
        self.train(*LONG, out=calm, limit=200)
        whole = time.monotonic() - began
        steps = [line["seconds"] for line in self.metrics(calm)]
        pace = sum(steps) / len(steps)
        starting = min(max(whole - sum(steps), 0.2), 3)
        draw = random.Random(17)
        for number in range(NUM_KILLS):
            child = self.start_training(*LONG, *self.resume())
            if number % 2 == 0:
                # While it starts, or soon after.
                time.sleep(draw.uniform(0, starting + 4 * pace))
            else:
                known = self.checkpoints()
                self.wait_until(lambda: self.checkpoints() != known or child.poll() is not None, "a checkpoint", 60)
                time.sleep(draw.uniform(0, 4 * pace))
            self.assertIsNone(child.poll(), f"ended before kill {number}: {self.said.read_text()}")
            child.kill()
            child.wait()
        stopped_at = whole_lines(self.out / "metrics.jsonl")
        self.assertTrue(0 < stopped_at < len(steps), f"{stopped_at} of {len(steps)} steps")
        self.train(*LONG, "--resume", limit=200)
        self.assert_same_outcome(self.outcome(), self.outcome(calm))
        self.assertFalse(list(self.out.rglob("*.partial-*")))


class Stopped(TrainingTest):
    def test_signals_finish_the_step_and_save(self):
        calm = self.folder / "calm"
        self.train(*LONG, out=calm, limit=200)
        # The first stop is inside the first stage, the second inside the second.
        for number, lines in ((signal.SIGINT, 5), (signal.SIGTERM, 60)):
            child = self.start_training(*LONG, *self.resume())
            self.wait_until(lambda: whole_lines(self.out / "metrics.jsonl") >= lines, f"step {lines}", 90)
            self.assertEqual(self.interrupt(child, number, limit=15), INTERRUPTED, self.said.read_text())
            last = self.metrics()[-1]
            self.assertIn(f"{last['stage']}-{last['step']}", self.checkpoints())
            self.assertEqual(len([m for m in self.manifest() if m["stage"] == last["stage"]]), 4 * last["step"])
            self.assertFalse((self.out / "mix").exists())
        self.train(*LONG, "--resume", limit=200)
        self.assert_same_outcome(self.outcome(), self.outcome(calm))

    def test_stop_while_starting(self):
        child = self.start_training()
        time.sleep(0.05)
        # Before the handlers are there the signal ends the program in its usual way.
        self.assertIn(self.interrupt(child, signal.SIGTERM, limit=15), (INTERRUPTED, -signal.SIGTERM))
        self.train(*self.resume())
        self.assertEqual(len(self.metrics()), 34)

    def test_resuming_a_finished_run_does_nothing(self):
        self.train()
        before = digests(self.out / "mix"), self.manifest(), self.metrics()
        self.train("--resume", limit=60)
        self.assertEqual((digests(self.out / "mix"), self.manifest(), self.metrics()), before)

    def test_resume_without_a_run(self):
        self.assertIn(str(self.out), self.refuse_training(USAGE, "--resume").err)
        self.assertFalse(self.out.exists())

    def test_damaged_checkpoint_is_refused(self):
        self.stop_in_the_middle()
        saved = self.out / "checkpoints" / self.checkpoints()[-1]
        state = saved / "trainer" / "state.safetensors"
        whole = state.read_bytes()
        for damaged in (whole[:-8], b"\xff" * 8 + whole[8:]):
            state.write_bytes(damaged)
            before = digests(self.out / "checkpoints"), self.metrics()
            self.assertIn(saved.name, self.refuse_training(FORMAT, "--resume").err)
            self.assertEqual((digests(self.out / "checkpoints"), self.metrics()), before)
        state.write_bytes(whole)
        self.train("--resume")

    def stop_in_the_middle(self):
        child = self.start_training()
        self.wait_until(lambda: whole_lines(self.out / "metrics.jsonl") >= 5, "step 5", 60)
        self.assertEqual(self.interrupt(child, signal.SIGINT, limit=15), INTERRUPTED, self.said.read_text())

    def test_checkpoint_that_cannot_be_written(self):
        calm = self.folder / "calm"
        self.train(out=calm)
        self.stop_in_the_middle()
        kept = digests(self.out / "checkpoints")
        self.assertTrue(kept)
        done = self.refuse_training(RESOURCE, "--resume", **file_size_limit(200_000))
        self.assertRegex(done.err, "checkpoints/|align|mix")
        self.assertEqual(digests(self.out / "checkpoints"), kept)
        self.train("--resume")
        self.assert_same_outcome(self.outcome(), self.outcome(calm))

    def test_full_disk(self):
        calm = self.folder / "calm"
        self.train(out=calm)
        size = sum(p.stat().st_size for p in (calm / "checkpoints").rglob("*") if p.is_file())
        size = size or 16_000_000  # a finished run may keep none
        self.out.mkdir()
        if not mount_small(self.out, int(1.5 * size)):
            self.skipTest("needs the right to mount a file system")
        try:
            done = self.refuse_training(RESOURCE)
            self.assertRegex(done.err, "(?i)no space|full")
            kept = self.checkpoints()
            self.assertLessEqual(len(kept), 1)
            copy = self.folder / "copy"
            shutil.copytree(self.out, copy)
        finally:
            subprocess.run(["umount", str(self.out)], check=True)
        # The last checkpoint that fitted is intact: on a larger disk the run goes on from there.
        self.out = copy
        self.train("--resume")
        self.assert_same_outcome(self.outcome(), self.outcome(calm))


if __name__ == "__main__":
    unittest.main()
