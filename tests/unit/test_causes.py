"""Why a job is stale by itself, told from its sidecar: a small project with two jobs, edited one thing at a time."""

import json
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.provenance import causes, signature
from scripts.provenance.causes import Edit, Records, edits_of
from scripts.provenance.plan import Planned
from scripts.provenance.sidecar import Sidecar

SETTINGS = {"epochs": 3.0, "rate": 0.1, "sizes": {"dev": 2, "test": 1}}
FILES = {
    "profiles/default/profile.yaml": "max-checksum-file-size: 1MB\n",
    "scripts/__init__.py": "",
    "scripts/stage/__init__.py": "",
    "scripts/stage/early.py": "from scripts.topic.near import A\n",
    "scripts/stage/late.py": "B = 1\n",
    "scripts/topic/__init__.py": "",
    "scripts/topic/near.py": "A = 1\n",
    "scripts/llm/__init__.py": "",
    "scripts/llm/offline.py": "C = 1\n",
    "envs/small.yaml": "dependencies:\n  - numpy==2.0\n",
    "prompt.md": "Say it.\n",
    "results/early.csv": "1\n",
    "results/late.csv": "2\n",
}


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(signature, "ROOT", tmp_path)
    monkeypatch.setattr(signature, "CACHE", tmp_path / ".cache" / "signatures.json")
    for name, text in FILES.items():
        write(name, text)
    yield tmp_path
    forget()


def write(name: str, text: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)
    forget()


def forget() -> None:
    signature.forget()
    for memo in (causes._now, causes._parts):
        memo.cache_clear()


def planned(rule: str, inputs: tuple[str, ...], output: str, *words: str, **changes) -> Planned:
    code = f"{signature.signature(rule, 'envs/small.yaml')}@envs/small.yaml"
    command = shlex.join(["python", "-m", "scripts", "--code", code, "--out", output, "--", rule, *words])
    named = dict(code=code, sidecar=f"logs/{rule}.json", gpus=0, stale=True, own=("params",), updated=(), reasons="So.")
    return Planned(rule=rule, inputs=inputs, outputs=(output,), command=command, **(named | changes))


def jobs(*, settings: dict = SETTINGS, prompt="prompt.md", repeats="10", salt="pepper", **changes) -> list[Planned]:
    """Both jobs as they would be planned now; the first one is up to date."""
    words = ("--prompt", prompt, "--repeats", repeats, "--train-settings", json.dumps(settings), "--salt", salt)
    words += tuple(changes.pop("more", ()))
    return [
        planned("stage.early", (), "results/early.csv", stale=False, own=()),
        planned("stage.late", (prompt, "results/early.csv"), "results/late.csv", *words, **changes),
    ]


def record(*made: Planned, status: str = "ok", backend: str = "") -> None:
    """Leaves the sidecars of a build of these jobs."""
    for job in made:
        sidecar = Sidecar(job.sidecar, job.rule, causes.words_of(job), job.code)
        found = signature.parts(f"scripts/{job.rule.replace('.', '/')}.py", "envs/small.yaml")
        sidecar.note_environment("envs/small.yaml")
        sidecar.record["parts"] = found | (signature.parts(backend, None) if backend else {})
        sidecar.note_inputs(list(job.inputs))
        sidecar.note_outputs(list(job.outputs))
        sidecar.finish(status, 0)


def found(*now: Planned) -> list[Edit]:
    return edits_of(now[-1], Records(list(now)))


def test_job_that_only_follows_has_no_edit_of_its_own(project):
    record(*jobs())
    assert found(*jobs(own=())) == []
    assert found(*jobs(stale=False)) == []


def test_changed_input_is_named(project):
    record(*jobs())
    write("prompt.md", "Say it twice.\n")
    assert found(*jobs()) == [Edit("file", "prompt.md", "changed")]


def test_other_input_is_named_once_and_not_as_an_option(project):
    record(*jobs())
    write("other.md", "Say it.\n")
    gone, came = Edit("file", "prompt.md", "is no longer read"), Edit("file", "other.md", "is newly read")
    assert found(*jobs(prompt="other.md")) == [gone, came]


def test_big_file_is_not_hashed_and_snakemake_is_believed(project):
    write("prompt.md", "x" * 1_100_000)
    record(*jobs())
    write("prompt.md", "y" * 1_100_000)
    assert found(*jobs(own=())) == []
    assert found(*jobs(updated=("prompt.md",))) == [Edit("file", "prompt.md", "changed")]


def test_input_that_was_built_anew_is_named_when_its_content_changed(project):
    record(*jobs())
    write("results/early.csv", "1\n")
    record(jobs()[0])
    assert found(*jobs(own=())) == []
    write("results/early.csv", "9\n")
    record(jobs()[0])
    early, late = jobs()
    assert found(early, late) == [Edit("built", "results/early.csv", "was built anew with other content")]
    assert found(replace(early, stale=True), replace(late, own=())) == []  # then it follows from that job


def test_folder_that_was_built_anew_with_other_times_is_no_edit(project):
    folder = Path("results/model")
    write("results/model/weights", "1\n")
    early, late = jobs()
    early = replace(early, outputs=(str(folder),))
    late = replace(late, inputs=("prompt.md", str(folder)))
    record(early)
    write("results/model/.snakemake_timestamp", "")  # Snakemake's, after the job
    record(late)
    write("results/model/training.json", '{"seconds": 2}')
    record(early)
    assert found(early, replace(late, own=())) == []
    write("results/model/weights", "2\n")
    record(early)
    assert found(early, late) == [Edit("built", str(folder), "was built anew with other content")]


@pytest.mark.parametrize(
    "name, text, kind",
    [
        ("scripts/stage/late.py", "B = 2\n", "code"),
        ("scripts/topic/__init__.py", "X = 1\n", None),
        ("envs/small.yaml", "dependencies:\n  - numpy==2.1\n", "pins"),
        ("scripts/stage/late.py", "B = 1  # one\n", None),
    ],
)
def test_changed_module_or_pin_is_named(project, name, text, kind):
    record(*jobs())
    write(name, text)
    assert found(*jobs(own=())) == ([Edit(kind, name, "changed")] if kind else [])


def test_new_import_is_told_by_the_module_that_imports(project):
    record(*jobs())
    write("scripts/stage/late.py", "from scripts.topic.near import A\nB = 1\n")
    assert found(*jobs()) == [Edit("code", "scripts/stage/late.py", "changed")]


def test_module_of_a_model_backend_is_named_though_the_signature_is_the_same(project):
    record(*jobs(), backend="scripts/llm/offline.py")
    write("scripts/llm/offline.py", "C = 2\n")
    assert found(*jobs()) == [Edit("backend", "scripts/llm/offline.py", "changed")]


def test_accepted_code_is_no_edit(project):
    before = jobs()[1]
    record(before)
    write("scripts/stage/late.py", "B = 2\n")
    assert found(*jobs(code=before.code, own=())) == []


def test_acceptance_that_was_taken_back_is_told(project):
    record(*jobs())
    path = Path("logs/stage.late.json")
    old = json.loads(path.read_text())
    path.write_text(json.dumps(old | {"code": f"{'0' * 16}@envs/small.yaml"}))  # planned with an older signature
    (edit,) = found(*jobs())
    assert edit.kind == "other" and "resources/accepted.csv" in edit.name


def test_changed_options_are_named_leaf_by_leaf(project):
    record(*jobs())
    now = jobs(settings=SETTINGS | {"epochs": 4.0, "sizes": {"dev": 3}}, repeats="12", more=("--fresh",))
    assert found(*now) == [
        Edit("option", "--fresh", "not given -> given"),
        Edit("option", "--repeats", "10 -> 12"),
        Edit("option", "--train-settings epochs", "3.0 -> 4.0"),
        Edit("option", "--train-settings sizes.dev", "2 -> 3"),
        Edit("option", "--train-settings sizes.test", "1 -> null"),
    ]


def test_secret_is_compared_but_never_shown(project):
    record(*jobs())
    (edit,) = found(*jobs(salt="thyme"))
    assert edit.name == "--salt" and "pepper" not in edit.what and "thyme" not in edit.what


def test_record_of_an_older_build_without_modules_says_so(project):
    record(*jobs())
    path = Path("logs/stage.late.json")
    old = json.loads(path.read_text())
    del old["parts"]
    path.write_text(json.dumps(old))
    assert found(*jobs(own=())) == []
    write("scripts/stage/late.py", "B = 2\n")
    assert found(*jobs()) == [Edit("code", "code", "changed, the last build did not record where")]


@pytest.mark.parametrize(
    "text, how", [("", "killed"), ('{"status": "run', "killed"), ('{"status": "problem"}', "problem")]
)
def test_job_that_did_not_finish_is_told_by_how_it_ended(project, text, how):
    write("logs/stage.late.json", text)
    assert found(*jobs()) == [Edit("unfinished", how, "")]


def test_missing_artifact_is_lost_or_was_never_built(project):
    record(*jobs())
    Path("results/late.csv").unlink()
    assert found(*jobs()) == [Edit("missing", "", "")]
    Path("logs/stage.late.json").unlink()
    assert found(*jobs()) == [Edit("never", "", "")]


def test_what_no_record_explains_is_told_in_snakemakes_words(project):
    record(*jobs())
    assert found(*jobs(reasons="Params have changed")) == [Edit("other", "Params have changed", "")]
    Path("logs/stage.late.json").unlink()
    assert found(*jobs(reasons="Params have changed")) == [Edit("other", "Params have changed", "")]
