#!/usr/bin/env python3
"""Checks every #include under src/ against the table of floors in tools/floors.txt.

Rules: own folder, lower floors and the named siblings only; no torch, ATen or c10 header in a torch-free folder;
torch/torch.h nowhere (it costs half a minute and more than 1 GB per file that includes it).
Usage: python3 tools/check_floors.py [ROOT]; exit code 1 with one line per violation.
"""

import re
import sys
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
TORCH_ROOTS = {"torch", "ATen", "c10", "caffe2"}
SUFFIXES = {".h", ".hpp", ".cpp", ".cc", ".inc"}


class Floors:
    def __init__(self, path: Path):
        self.floor: dict[str, int] = {}
        self.siblings: dict[str, set[str]] = {}
        self.torch_free: set[str] = set()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            words = line.split("#")[0].replace("->", " -> ").split()
            if not words:
                continue
            if words[0] == "torch-free":
                self.torch_free.update(words[1:])
            elif words[0].isdigit() and len(words) >= 2 and (len(words) == 2 or words[2] == "->"):
                self.floor[words[1]] = int(words[0])
                self.siblings[words[1]] = set(words[3:])
            else:
                sys.exit(f"{path}:{number}: expected '<floor> <folder> [-> sibling ...]' or 'torch-free ...': {line}")
        self.check_table(path)

    def check_table(self, path: Path) -> None:
        for folder in set().union(self.torch_free, *self.siblings.values()):
            if folder not in self.floor:
                sys.exit(f"{path}: {folder} has no floor")
        for folder, siblings in self.siblings.items():
            for sibling in siblings:
                if self.floor[sibling] != self.floor[folder]:
                    sys.exit(f"{path}: {folder} -> {sibling}: they are not on one floor")
                if folder in self.reachable(sibling):
                    sys.exit(f"{path}: {folder} and {sibling} see each other in a circle")

    def reachable(self, folder: str) -> set[str]:
        seen: set[str] = set()
        todo = [folder]
        while todo:
            for sibling in self.siblings[todo.pop()] - seen:
                seen.add(sibling)
                todo.append(sibling)
        return seen

    def allows(self, source: str, target: str) -> bool:
        if source in self.torch_free and target not in self.torch_free:
            return False
        return source == target or self.floor[target] < self.floor[source] or target in self.siblings[source]


def check_include(floors: Floors, folder: str, quoted: bool, name: str) -> str | None:
    """One sentence on what is wrong with the include, or None."""
    root = name.split("/")[0]
    if name == "torch/torch.h":
        return "torch/torch.h is banned; include ATen/core/Tensor.h and the narrow ATen/ops headers"
    if root in TORCH_ROOTS:
        return f"{name} in the torch-free folder {folder}" if folder in floors.torch_free else None
    if root in floors.floor:
        if floors.allows(folder, root):
            return None
        if folder in floors.torch_free and root not in floors.torch_free:
            return f"{name} needs torch, {folder} is torch-free"
        return (
            f"{folder} (floor {floors.floor[folder]}) may not include {name} (floor {floors.floor[root]}); "
            "move the code down or pass the value in"
        )
    if quoted:
        return f'"{name}" does not start with a folder of src/; write "folder/file.h", or <{name}> for a library'
    return None


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    floors = Floors(root / "tools" / "floors.txt")
    violations = []
    num_files = num_includes = 0
    for path in sorted((root / "src").rglob("*")):
        if path.suffix not in SUFFIXES or not path.is_file():
            continue
        relative = path.relative_to(root)
        folder = relative.parts[1]
        num_files += 1
        if folder not in floors.floor or len(relative.parts) < 3:
            violations.append(f"{relative}:1: its folder has no floor in tools/floors.txt")
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            num_includes += 1
            wrong = check_include(floors, folder, match.group(1) == '"', match.group(2))
            if wrong:
                violations.append(f"{relative}:{number}: {wrong}")
    for violation in violations:
        print(violation)
    if num_files == 0:
        print(f"{root}/src: no source file found")
        return 1
    print(f"floors: {num_files} files, {num_includes} includes, {len(violations)} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
