"""Runs the built program as a user would, with a time limit, and makes the small files that the tests need.

The program is $OV_PROGRAM, or build/onevision under the repository root; its built-in model lies beside it.

    done = run("ask", "What is shown?", "--image", PICTURES / "coffee.jpg", "--json")
    done.code, done.out, done.err, done.seconds, done.peak_bytes
"""

import json
import os
import resource
import signal
import struct
import subprocess
import tempfile
import threading
import time
import unittest
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = Path(os.environ.get("OV_PROGRAM", ROOT / "build" / "onevision")).resolve()
NANO = PROGRAM.parent / "models" / "nano"
TESTDATA = ROOT / "testdata"
PICTURES = TESTDATA / "images"
VIDEOS = TESTDATA / "videos"
CORRUPT = TESTDATA / "corrupt"
GOLDENS = TESTDATA / "goldens"
CHECKPOINTS = GOLDENS / "checkpoints"
OFFICIAL = CHECKPOINTS / "small-official"
HF = CHECKPOINTS / "small-hf-a"

USAGE, INPUT, FORMAT, RESOURCE, INTERRUPTED = 2, 3, 4, 5, 130

# A penalty below 1 makes tokens likelier once they were said; what was never said, the stop token, is never reached.
ENDLESS = ("--repetition-penalty", "0.01")


@dataclass
class Done:
    """How a run ended. A run over its time limit is killed and has code -9."""

    code: int
    out: str
    err: str
    seconds: float
    peak_bytes: int

    def json(self):
        return json.loads(self.out)


def command(arguments):
    return [str(PROGRAM), *(str(a) if isinstance(a, int) else os.fspath(a) for a in arguments)]


def wait_for_handler(child, signal_number, limit=20):
    """A program that is still being loaded dies of a signal that it would handle."""
    end = time.monotonic() + limit
    while time.monotonic() < end and child.poll() is None:
        with open(f"/proc/{child.pid}/status") as status:
            caught = next(line for line in status if line.startswith("SigCgt:")).split()[1]
        if int(caught, 16) >> (signal_number - 1) & 1:
            return
        time.sleep(0.01)


def start(*arguments, **how):
    """A running program with pipes, for tests that talk to it or stop it."""
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command(arguments), **{**streams, **how})


def run(*arguments, given=b"", limit=30, stdout=None, **how):
    """Runs to the end; `given` is standard input. With `stdout` the output goes to that file and `out` is empty."""
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        source.write(given if isinstance(given, bytes) else given.encode())
        source.seek(0)
        begin = time.monotonic()
        child = subprocess.Popen(command(arguments), stdin=source, stdout=stdout or out, stderr=err, **how)
        timer = threading.Timer(limit, child.kill)
        timer.start()
        _, status, usage = os.wait4(child.pid, 0)
        timer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - begin
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read().decode("utf-8"))
        return Done(child.returncode, *texts, seconds, usage.ru_maxrss * 1024)


def file_size_limit(size):
    """Options of run() under which writes past `size` bytes fail, as on a full disk."""
    # Python ignores SIGXFSZ, and so does the program when the signals are not restored.
    return {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)), "restore_signals": False}


def run_each(work, cases):
    """[(case, work(case))...], two at a time."""
    with ThreadPoolExecutor(2) as pool:
        return list(zip(cases, pool.map(work, cases)))


def write_lines(path, objects):
    """JSONL; a text stands for itself, so that broken lines can be written."""
    path.write_text("".join((o if isinstance(o, str) else json.dumps(o)) + "\n" for o in objects), encoding="utf-8")


def read_lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def lasting(answer):
    """An answer without what differs from run to run."""
    return {key: value for key, value in answer.items() if key not in ("timings", "peak_rss_bytes")}


def question(text, *media):
    """A batch message: media as ("image" | "video", path)."""
    parts = [{"type": kind, "path": os.fspath(path)} for kind, path in media]
    return {"role": "user", "content": [*parts, {"type": "text", "text": text}]}


def pattern(width, height, seed):
    """The RGB test picture of testdata/goldens/README.md, as rows of bytes."""
    return [
        bytes(
            (x * (7 + c) + y * (13 + 2 * c) + x * y * (seed % 5) + seed * 31 + ((x // 16) ^ (y // 16)) * c * 17) & 255
            for x in range(width)
            for c in range(3)
        )
        for y in range(height)
    ]


def write_png(path, rows):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", len(rows[0]) // 3, len(rows), 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 1)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))


def read_safetensors(path):
    """{name: (dtype, shape, bytes)}"""
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header, body = json.loads(data[8 : 8 + length]), data[8 + length :]
    header.pop("__metadata__", None)
    return {n: (t["dtype"], t["shape"], body[slice(*t["data_offsets"])]) for n, t in header.items()}


def write_safetensors(path, tensors):
    header, body = {}, b""
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header).encode()
    Path(path).write_bytes(struct.pack("<Q", len(text)) + text + body)


def numbers(tensor):
    """The values of a read tensor, flat."""
    dtype, _, data = tensor
    return list(memoryview(data).cast({"F32": "f", "I64": "q"}[dtype]))


class ProgramTest(unittest.TestCase):
    """Assertions about runs, and a folder per test in self.folder."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="onevision-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def succeed(self, *arguments, **how):
        done = run(*arguments, **how)
        self.assertEqual(done.code, 0, f"{arguments}: {done.err[-500:]}")
        return done

    def refuse(self, code, *arguments, **how):
        return self.check_refused(run(*arguments, **how), code)

    def check_refused(self, done, code):
        """The run ended with `code`, said why in one line, and printed nothing on stdout."""
        self.assertEqual((done.code, done.out), (code, ""), done.err[-500:])
        lines = done.err.splitlines()
        self.assertEqual(len(lines), 2 if lines[-1:] == ["Run with --help for more information."] else 1, done.err)
        return done

    def interrupt(self, child, signal_number, limit=5):
        """Sends the signal once the program listens for it; the exit code must come within `limit` seconds."""
        if signal_number != signal.SIGKILL:
            wait_for_handler(child, signal_number)
        child.send_signal(signal_number)
        try:
            return child.wait(limit)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            self.fail(f"still running {limit} s after signal {signal_number}")

    def wait_until(self, condition, what, limit=20):
        end = time.monotonic() + limit
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(f"waited {limit} s: {what}")
            time.sleep(0.01)
