"""What the tests share: a build made on one machine, copies of it, and builds on the cluster."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from scripts.llm.offline import load_world
from scripts.llm.offline_personas import write_situations
from scripts.text.draws import seeded
from tests.graph.tree import ROOT, copy_tree
from tests.slurm.cluster import BIN, Build, Command, Watch
from tests.unit.llm_server import Server, completion, serving

TABLE = "results/demo/table4.csv"
SITUATIONS = "results/demo/personas/situations.jsonl"
EXAMPLES = [f"results/demo/detector/examples/{split}.jsonl" for split in ("train", "dev", "test")]
WARM = (str(BIN / "python"), "-m", "scripts.provenance.warm", "--")


@pytest.fixture(scope="session")
def alone(tmp_path_factory) -> Build:
    """The scaled-down graph, built by the plain command without Slurm: table 4 and what the detector is trained on."""
    build = Build(copy_tree(tmp_path_factory.mktemp("alone") / "affirm"))
    done = build.run("--", TABLE, *EXAMPLES, "results/demo/models/tiny/llama", profile="demo", before=WARM)
    assert done.code == 0, done.text
    return build


@pytest.fixture
def copy(alone, tmp_path) -> Build:
    """A copy of that build, finished files, records and all, to go on with on the cluster."""
    left_out = shutil.ignore_patterns("checkpoints", "command*.log", "locks")
    return Build(Path(shutil.copytree(alone.folder, tmp_path / "affirm", symlinks=True, ignore=left_out)))


@pytest.fixture(scope="session", autouse=True)
def watch() -> Iterator[Watch]:
    with Watch() as watch:
        yield watch


class Built:
    """A build that goes through Slurm from the raw dumps to the table, while other tests look elsewhere."""

    def __init__(self, folder: Path):
        self.build = Build(copy_tree(folder))
        self.done = self.build.start("--", TABLE)


@pytest.fixture(scope="session", autouse=True)
def building(tmp_path_factory) -> Built:
    """Started before the first test: its jobs wait for each other more than for the machine."""
    return Built(tmp_path_factory.mktemp("built") / "affirm")


@pytest.fixture(scope="session")
def built(building) -> Built:
    assert building.done.wait(400) == 0, building.done.text
    return building


class Asking:
    """A build whose one job asks a slow endpoint for longer than its limit of a minute, Slurm's shortest."""

    def __init__(self, folder: Path, server: Server):
        self.build, self.server = Build(copy_tree(folder)), server
        self.build.edit("slurm/profile.yaml", "runtime: 120", "runtime: 1")
        overlay = {
            "models": {"gpt4o": {"backend": "openai", "id": "gpt-4o-2024-08-06"}},
            "operation": {"concurrency": 1, "endpoints": {"openai": {"base_url": server.url}}},
        }
        (folder / "endpoint.yaml").write_text(yaml.safe_dump(overlay), encoding="utf-8")
        self.build.overlays.append("endpoint.yaml")
        self.first = self.go_on()

    def go_on(self) -> Command:
        return self.build.start("--retries", "0", "--", SITUATIONS)


@pytest.fixture(scope="session", autouse=True)
def asking(tmp_path_factory) -> Iterator[Asking]:
    """Started before the first test, because it only waits while the others work."""
    lexicon = load_world(ROOT / "resources" / "world.yaml")

    def answer(body: dict, number: int):
        rng = seeded(1, json.dumps(body["messages"]))
        return 200, {}, completion(write_situations(rng, body["messages"], lexicon))

    with serving(answer, delay=2.5) as server:
        yield Asking(tmp_path_factory.mktemp("asking") / "affirm", server)
