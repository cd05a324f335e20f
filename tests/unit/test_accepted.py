"""resources/accepted.csv: which older signature stands in for which code, and what a row must be."""

import csv
from pathlib import Path

import pytest

from scripts.audit import tabulate_accepted
from scripts.provenance import accepted, signature
from scripts.provenance.accept import append_rows, common_pattern
from scripts.provenance.accepted import FILE, Row, accepted_codes, read_accepted, standing_in
from scripts.provenance.errors import Problem

OLD, MID, NEW, OTHER = (letter * 16 for letter in "abcd")
HEAD = "artifact,old,new,reason,who,when\n"
LAST = ",log text only,Ada,2026-11-22\n"


@pytest.fixture
def file(tmp_path, monkeypatch) -> Path:
    """The path of an accepted.csv in a project of its own; what was read of it is forgotten."""
    monkeypatch.setattr(signature, "ROOT", tmp_path)
    (tmp_path / "resources").mkdir()
    accepted._by_new.cache_clear()
    yield tmp_path / FILE
    accepted._by_new.cache_clear()


def test_old_signature_stands_in_for_matching_artifacts_of_that_code_only(file):
    file.write_text(f"{HEAD}results/judging/skills/*.jsonl,{OLD},{NEW}{LAST}")
    assert accepted_codes() == {NEW}
    assert standing_in(NEW, ["results/judging/skills/gpt.jsonl"]) == OLD
    assert standing_in(NEW, ["results/table3.csv", "results/judging/skills/gpt.jsonl"]) == OLD
    assert standing_in(NEW, ["results/judging/values/gpt.jsonl"]) is None
    assert standing_in(NEW, []) is None
    assert standing_in(OTHER, ["results/judging/skills/gpt.jsonl"]) is None


def test_last_fitting_row_holds(file):
    file.write_text(f"{HEAD}results/*,{OLD},{NEW}{LAST}results/a.csv,{MID},{NEW}{LAST}results/b*,{OTHER},{NEW}{LAST}")
    assert [standing_in(NEW, [f"results/{name}.csv"]) for name in "abc"] == [MID, OTHER, OLD]


def test_missing_file_accepts_nothing(file):
    assert accepted_codes() == set() and standing_in(NEW, ["results/a.csv"]) is None


def test_checked_in_file_is_well_formed():
    assert Path(FILE).is_file()
    read_accepted(Path(FILE))


@pytest.mark.parametrize(
    "text, line, fault",
    [
        ("artifact,old,new,reason,who\n", 1, "columns"),
        (f"{HEAD}results/*,{OLD},{NEW}{LAST}results/*,{OLD},{NEW}\n", 3, "expected 6 fields, found 3"),
        (f"{HEAD}results/*,{OLD},{NEW}, ,Ada,2026-11-22\n", 2, "reason must not be empty"),
        (f"{HEAD},{OLD},{NEW},why,,2026-11-22\n", 2, "artifact and who must not be empty"),
        (f"{HEAD}results/*,{OLD}@envs/a.yaml,{NEW}{LAST}", 2, "old must be a signature"),
        (f"{HEAD}results/*,{OLD},{OLD}{LAST}", 2, "same signature"),
        (f"{HEAD}results/*,{OLD},{NEW},why,Ada,yesterday\n", 2, "when must be a day"),
        ("", 1, "columns"),
    ],
)
def test_malformed_row_is_a_problem_that_names_its_line(file, text, line, fault):
    file.write_text(text)
    with pytest.raises(Problem, match=rf"accepted\.csv line {line}: .*{fault}"):
        standing_in(NEW, ["results/a.csv"])
    with pytest.raises(Problem):
        append_rows(file, [Row("results/a.csv", OLD, NEW, "why", "Ada", "2026-11-22")])
    assert file.read_text() == text


def test_appended_rows_are_read_back_whatever_their_words(file):
    odd = Row("results/[x]*.csv", OLD, NEW, 'says "so", twice', "Ö, Ada", "2026-11-22")
    plain = Row("results/b.csv", MID, NEW, "why", "Ada", "2026-11-23")
    append_rows(file, [odd])
    file.write_text(file.read_text().rstrip("\n"))  # as some editors leave a file
    append_rows(file, [plain, odd])
    assert read_accepted(file) == [odd, plain, odd]
    assert sorted(path.name for path in file.parent.iterdir()) == [file.name]


@pytest.mark.parametrize(
    "names, pattern",
    [
        (["results/skills/gpt.jsonl", "results/skills/llama.jsonl"], "results/skills/*.jsonl"),
        (["results/gpt/train.jsonl", "results/llama/dev_rollouts.jsonl"], "results/*/*.jsonl"),
        (["results/pairs/h3_g1_t2", "results/pairs/hall_g0.9_t1"], "results/pairs/*"),
        (["results/a[1].csv"], "results/a[[]1].csv"),
        (["results/a.csv", "results/more/a.csv"], None),
    ],
)
def test_common_pattern_has_a_star_where_paths_differ(names, pattern):
    assert common_pattern(names) == pattern


def test_report_lists_the_accepted_rows_newest_first(tmp_path):
    table, source = tmp_path / "table.csv", tmp_path / "accepted.csv"
    source.write_text(
        f"{HEAD}results/a.csv,{OLD},{NEW},why,Ada,2026-01-02\nresults/b.csv,{OLD},{NEW},so,Bo,2026-03-01\n"
    )
    tabulate_accepted.main(["--accepted", str(source), "--output", str(table)])
    with open(table, newline="") as stream:
        assert [row["artifact"] for row in csv.DictReader(stream)] == ["results/b.csv", "results/a.csv"]
    tabulate_accepted.main(["--accepted", FILE, "--output", str(table)])
    assert table.read_text().startswith(HEAD)
