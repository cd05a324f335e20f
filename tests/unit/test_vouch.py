"""What is said of artifacts that Snakemake has no record of."""

import hashlib
import json
import os
import shutil
import time
from pathlib import Path

import pytest

from scripts.provenance import vouch
from scripts.provenance.vouch import MOST_BYTES, record_name, unrecorded, unvouched
from tests.graph.tree import snakemake

LOGS, METADATA = Path("results/logs"), Path(".snakemake/metadata")
CODES = {"tables.count": "1" * 16, "reddit.cut": "2" * 16}


def planned(rule: str, environment: str) -> str:
    assert environment == "envs/metrics.yaml"
    return CODES[rule]


def digest(name: str) -> str:
    return hashlib.sha256(Path(name).read_bytes()).hexdigest()


def put(name: str, text: str) -> str:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)
    return digest(name)


def built(rule: str, inputs: dict, outputs: dict, **more) -> Path:
    """Writes the sidecar of a job and gives its path."""
    path = LOGS / f"{rule.replace('.', '/')}.json"
    record = {"rule": rule, "code": f"{CODES[rule]}@envs/metrics.yaml", "inputs": inputs, "outputs": outputs}
    put(str(path), json.dumps(record | {"status": "ok"} | more))
    return path


def keep(*names: str) -> None:
    for name in names:
        put(str(METADATA / record_name(name)), "{}")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> None:
    """Two jobs, a folder with a file made from a prompt and a table made from both, and no records."""
    monkeypatch.chdir(tmp_path)
    rows = {"rows.txt": put("results/cut/rows.txt", "rows")}
    built("reddit.cut", {"prompt.md": put("prompt.md", "cut")}, {"results/cut": rows})
    built("tables.count", {"results/cut": rows}, {"results/table.csv": put("results/table.csv", "1\n")})


def said() -> list[str]:
    return unvouched(LOGS, planned, METADATA)


def test_artifacts_that_fit_their_sidecars_are_vouched_for_without_a_record():
    assert said() == []
    assert [name for name, _ in unrecorded(LOGS, METADATA)] == ["results/cut", "results/table.csv"]


def test_other_code_is_named(monkeypatch):
    monkeypatch.setitem(CODES, "tables.count", "3" * 16)
    assert said() == ["results/table.csv: made by other code of tables.count than this"]


def test_code_that_a_person_accepted_is_vouched_for(monkeypatch):
    monkeypatch.setitem(CODES, "tables.count", "3" * 16)
    accepted = {("3" * 16, "results/table.csv"): "1" * 16}
    monkeypatch.setattr(vouch, "standing_in", lambda code, outputs: accepted.get((code, *outputs)))
    assert said() == []


def test_warning_names_ten_says_how_many_and_what_to_do(monkeypatch):
    assert vouch.warning(LOGS, planned, METADATA).splitlines() == [
        "vouch: Snakemake has no record of 2 artifacts in results (a copy?): it looks at their time only.",
        "vouch: 2 fit this code and these inputs; an edit of the config will go unnoticed for them.",
    ]
    built("tables.count", {}, {name: put(name, "") for name in (f"results/{number}.csv" for number in range(10, 22))})
    monkeypatch.setitem(CODES, "tables.count", "3" * 16)
    lines = vouch.warning(LOGS, planned, METADATA).splitlines()
    assert lines[1] == "vouch: 12 of them cannot be vouched for:"
    assert lines[2] == "vouch:   results/10.csv: made by other code of tables.count than this"
    assert lines[11].startswith("vouch:   results/19.csv") and lines[12] == "vouch:   … and 2 more"
    assert "--forcerun" in lines[13] and lines[14].startswith("vouch: 1 fit this code")
    keep("results/cut", *(f"results/{number}.csv" for number in range(10, 22)))
    assert vouch.warning(LOGS, planned, METADATA) == ""


def test_rule_that_is_gone_is_named():
    def gone(rule: str, environment: str) -> str:
        raise FileNotFoundError

    assert unvouched(LOGS, gone, METADATA)[0] == "results/cut: made by reddit.cut, which is no rule any more"


def test_changed_prompt_and_changed_file_of_a_folder_are_named():
    put("prompt.md", "cut twice")
    assert said() == ["results/cut: made from another prompt.md than this"]
    put("results/cut/rows.txt", "other rows")
    assert said() == [
        "results/cut: not the bytes that its job wrote",
        "results/table.csv: made from another results/cut than this",
    ]


def test_torn_copy_is_named():
    put("results/table.csv", "")
    assert said() == ["results/table.csv: not the bytes that its job wrote"]


@pytest.mark.parametrize("status", ["problem", "crashed", "interrupted", "code_changed"])
def test_job_that_did_not_end_well_is_named(status):
    built("tables.count", {}, {"results/table.csv": digest("results/table.csv")}, status=status)
    assert said() == [f"results/table.csv: the record of its job says {status}"]


def test_killed_job_is_named_by_its_sidecar_where_there_are_no_records_at_all():
    path = built("tables.count", {}, {}, status="running")
    assert said() == [f"{path}: the record of its job says running"]
    path.write_text("")
    assert said() == [f"{path}: the record of its job says nothing"]
    keep("results/cut")
    assert said() == []


def test_recorded_and_incomplete_artifacts_are_snakemakes_business(monkeypatch):
    monkeypatch.setitem(CODES, "tables.count", "3" * 16)
    monkeypatch.setitem(CODES, "reddit.cut", "4" * 16)
    keep("results/cut", "results/table.csv")
    assert said() == [] and unrecorded(LOGS, METADATA) == []
    (METADATA / record_name("results/table.csv")).rename("record")
    assert said() == ["results/table.csv: made by other code of tables.count than this"]
    (METADATA.parent / "incomplete").mkdir()
    Path("record").rename(METADATA.parent / "incomplete" / record_name("results/table.csv"))
    assert said() == []


def test_artifact_of_a_job_that_outlived_its_build_is_not_taken_for_the_recorded_one():
    """Edit, build, kill -9; the cluster's job publishes all the same; then the edit is taken back."""
    keep("results/cut", "results/table.csv")
    record = METADATA / record_name("results/table.csv")
    record.write_text(json.dumps({"params": [f"'{CODES['tables.count']}@envs/metrics.yaml'"]}))
    sidecar = built(
        "tables.count", {}, {"results/table.csv": digest("results/table.csv")}, code="3" * 16 + "@envs/metrics.yaml"
    )
    os.utime(record, (1, 1))
    assert said() == ["results/table.csv: made by other code of tables.count than this"]
    os.utime(sidecar, (0, 0))  # the usual order: Snakemake writes its record when the job has ended
    assert said() == []


def test_artifact_made_by_accepted_code_is_named_when_the_acceptance_is_withdrawn(monkeypatch):
    """Its job ran the new code under the old signature, which Snakemake has in its record."""
    keep("results/cut", "results/table.csv")
    made = {"results/table.csv": digest("results/table.csv")}
    built("tables.count", {"results/cut": {"rows.txt": digest("results/cut/rows.txt")}}, made, ran="4" * 16)
    keep("results/table.csv")
    assert said() == ["results/table.csv: made by other code of tables.count than this"]
    monkeypatch.setattr(vouch, "standing_in", lambda code, names: CODES["tables.count"] if code == "4" * 16 else None)
    monkeypatch.setitem(CODES, "tables.count", "4" * 16)
    built("tables.count", {}, made, ran="4" * 16, code="1" * 16 + "@envs/metrics.yaml")
    monkeypatch.setattr(vouch, "standing_in", lambda code, names: "1" * 16)
    assert said() == []


def test_edited_source_with_an_old_time_is_named():
    keep("results/cut", "results/table.csv")
    put("prompt.md", "other")
    assert "prompt.md" not in vouch.warning(LOGS, planned, METADATA)  # newer: Snakemake sees it
    os.utime("prompt.md", (1, 1))
    assert "vouch: prompt.md was edited but is older than 1 artifacts: touch it" in vouch.warning(
        LOGS, planned, METADATA
    )


def test_seconds_in_a_folder_are_no_other_content():
    (folder,) = [json.loads(path.read_text()) for path in LOGS.rglob("count.json")]
    folder["inputs"]["results/cut"]["training.json"] = "0" * 64
    built("tables.count", folder["inputs"], folder["outputs"])
    put("results/cut/training.json", "{}")
    assert said() == []


def test_empty_record_is_none():
    keep("results/cut", "results/table.csv")
    put(str(METADATA / record_name("results/table.csv")), "")
    assert [name for name, _ in unrecorded(LOGS, METADATA)] == ["results/table.csv"]


def test_job_is_compared_by_nobody_when_one_of_its_outputs_has_no_record():
    keep("results/cut", "results/table.csv")
    put("results/table.md", "1")
    outputs = {name: digest(name) for name in ("results/table.csv", "results/table.md")}
    built("tables.count", {}, outputs)
    assert [name for name, _ in unrecorded(LOGS, METADATA)] == ["results/table.csv", "results/table.md"]


def test_deleted_output_is_not_named(monkeypatch):
    monkeypatch.setitem(CODES, "tables.count", "3" * 16)
    Path("results/table.csv").unlink()
    assert said() == []


def test_large_files_are_not_hashed():
    put("results/table.csv", "x" * MOST_BYTES)
    assert said() == []


@pytest.mark.slow
def test_records_are_where_snakemake_puts_them(tmp_path):
    """Also of paths that are too long for one file name, and of names that base64 spells with - and _."""
    long = "/".join(["results", "a" * 120, "b" * 120, "c>>>???.txt"])
    rules = [
        f'rule r{len(name)}:\n    output: "{name}"\n    shell: "touch {{output:q}}"\n' for name in (long, "short.txt")
    ]
    (tmp_path / "Snakefile").write_text("".join(rules))
    done = snakemake(tmp_path, "--cores", "1", "--workflow-profile", "none", "short.txt", long)
    assert done.returncode == 0, done.stderr
    longest = os.pathconf(METADATA, "PC_NAME_MAX")
    for name in (long, "short.txt"):
        assert (METADATA / record_name(name, longest)).is_file()
    assert "/" in record_name(long, longest)


@pytest.mark.slow
def test_fifteen_hundred_sidecars_take_a_moment():
    """0.05 s with records, 0.15 s without, on one of two slow cores; the bounds are for busy ones."""
    shutil.rmtree(LOGS)
    for number in range(1500):
        names = [f"results/part/{number}.{end}" for end in ("csv", "md")]
        outputs = {name: put(name, f"{number}" * 2000) for name in names}
        inputs = {
            f"results/part/{earlier}.csv": digest(f"results/part/{earlier}.csv") for earlier in range(number)[-4:]
        }
        path = built("tables.count", inputs, outputs)
        path.rename(path.with_name(f"{number}.json"))
        keep(*names)
    started = time.process_time()
    assert said() == []
    covered = time.process_time() - started
    shutil.rmtree(METADATA)
    started = time.process_time()
    assert said() == []
    assert covered < 0.3 and time.process_time() - started < 0.9
