"""Signatures are the same in every Python at hand, so that a controller and an environment of another version agree."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

VERSIONS = ("3.10", "3.11", "3.12", "3.13")
# Where versions differ in how they split the text: f-strings, soft keywords, odd spaces, strings beside each other.
EDGES = '''"""Doc."""
from __future__ import annotations
\x0c
async def f(é: int = 0x_ff, *rest: "a", **more) -> None:
    """Doc
    of two lines."""
    match é:
        case {"a": [1, *_]} if (n := é) > 1: return f"{n!r:>{é}}" rf'\\d{n:{"x"}}'; b''
        case _:
            print(f"""{
                n + 1}""", f'{{no}} {f"{n}"}', sep='')
    type = lambda x: (yield)  # soft keyword
    await é; return [*rest, 1_000.0e-3j, ..., not é, n @ n]


class Tabs:
\tone = "a" 'b' \
\t\t"c"
'''
FORMS = """
import json, sys
from scripts.provenance.signature import normal_form, signature

def form(source):
    try:
        return normal_form(source)
    except SyntaxError:
        return None

asked = json.load(sys.stdin)
forms = {name: form(source) for name, source in asked["sources"].items()}
whole = {rule: signature(rule, "envs/train.yaml") for rule in asked["rules"] if sys.version_info >= (3, 11)}
print(json.dumps([forms, whole]))
"""


def pythons() -> dict[str, str]:
    """One other interpreter of each version, on PATH, of the system or of pyenv."""
    places = [os.environ["PATH"], "/usr/local/bin:/usr/bin", *map(str, Path.home().glob(".pyenv/versions/*/bin"))]
    found: dict[str, str] = {}
    for place in places:
        for name in (*(f"python{version}" for version in VERSIONS), "python3"):
            path = shutil.which(name, path=place)
            if path and os.path.realpath(path) != os.path.realpath(sys.executable):
                tell = [path, "-c", "import sys; print(*sys.version_info[:2], sep='.')"]
                said = subprocess.run(tell, capture_output=True, text=True).stdout.strip()
                if said in VERSIONS:
                    found.setdefault(said, path)
    return found


def told(python: str, sources: dict[str, str], rules: list[str], folder: Path) -> tuple[dict, dict]:
    """Normal form by source and signature by rule, without the cache that this checkout keeps."""
    environment = {**os.environ, "AFFIRM_ROOT": os.getcwd(), "PYTHONPATH": os.getcwd(), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [python, "-c", FORMS],
        input=json.dumps({"sources": sources, "rules": rules}),
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    forms, whole = json.loads(done.stdout)
    return forms, whole


@pytest.mark.slow
def test_every_other_python_at_hand_gives_the_same_signatures(tmp_path):
    others = pythons()
    if not others:
        pytest.skip("no other Python from 3.10 to 3.13 on this machine")
    files = sorted(Path("scripts").rglob("*.py"))
    sources = {str(path): path.read_text(encoding="utf-8") for path in files} | {"edges": EDGES}
    rules = [f"{path.parent.name}.{path.stem}" for path in Path("scripts").glob("*/*.py") if path.stem != "__init__"]
    forms, whole = told(sys.executable, sources, rules, tmp_path)
    assert None not in forms.values() and len(whole) == len(rules)
    for version, python in others.items():
        found, signed = told(python, sources, rules, tmp_path)
        read = {name: form for name, form in found.items() if form is not None}
        assert "edges" in read and len(read) >= 0.95 * len(forms), version  # scripts may use the syntax of 3.11
        assert read.items() <= forms.items(), version
        assert version == "3.10" or signed == whole, version
