"""Odd lines and mistaken options of the ingest: nothing is overwritten, a broken line stays one broken line."""

import json

import pytest

from scripts.provenance.errors import Problem
from tests.unit.damaged import KINDS, ingested, line, text

both = pytest.mark.parametrize("kind", KINDS)


@both
def test_line_nested_too_deep_is_one_broken_line(tmp_path, kind):
    deep = b'{"id": "b1", "x": ' + b"[" * 5000 + b"]" * 5000 + b"}\n"
    kept, report = ingested(tmp_path, kind, text(kind, 20) + deep + line(kind, 20))
    assert kept == list(range(21)) and report["bad"] == 1
    assert report["bad_lines"][0]["offset"] == len(text(kind, 20))


@both
def test_id_that_only_python_takes_for_a_number_is_a_broken_line(tmp_path, kind):
    odd = ["t1_c0099", "c_12", "\uff11\uff12", "+12", " a1 ", ""]
    content = text(kind, 5) + b"".join(line(kind, 50 + place, id=name) for place, name in enumerate(odd))
    kept, report = ingested(tmp_path, kind, content)
    assert kept == list(range(5)) and report["bad"] == len(odd)


def test_broken_lines_are_listed_in_their_order_and_without_private_details(tmp_path):
    lines = [line("comments", 0), line("comments", 1, id="jane.doe@example.com"), b"{broken\n", line("comments", 2)]
    _, report = ingested(tmp_path, "comments", b"".join(lines))
    starts = [sum(map(len, lines[:place])) for place in (1, 2)]
    assert [bad["offset"] for bad in report["bad_lines"]] == starts
    assert "jane" not in json.dumps(report)


@both
@pytest.mark.parametrize("same", [("--output", "--dump"), ("--report", "--dump"), ("--output", "--report")])
def test_two_options_that_name_one_file_are_refused_and_the_dump_stays(tmp_path, kind, same):
    dump = tmp_path / "dump.ndjson"
    dump.write_bytes(text(kind, 5))
    (tmp_path / "salt.txt").write_text("pepper")
    paths = {"--dump": str(dump), "--output": str(tmp_path / "o.parquet"), "--report": str(tmp_path / "r.json")}
    paths[same[0]] = str(tmp_path / "." / paths[same[1]])
    words = [word for pair in paths.items() for word in pair]
    with pytest.raises(Problem, match="is named twice"):
        KINDS[kind].main([*words, "--salt-file", str(tmp_path / "salt.txt")])
    assert dump.read_bytes() == text(kind, 5)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dump.ndjson", "salt.txt"]


def test_no_table_without_its_report(tmp_path):
    (tmp_path / "dump").write_bytes(text("comments", 5))
    (tmp_path / "salt.txt").write_text("pepper")
    options = {"dump": "dump", "output": "o.parquet", "report": "dump/r.json", "salt-file": "salt.txt"}
    words = [word for name, file in options.items() for word in (f"--{name}", str(tmp_path / file))]
    with pytest.raises(Problem):
        KINDS["comments"].main(words)
    assert not (tmp_path / "o.parquet").exists()


@pytest.mark.parametrize("share", ["nan", "-1", "1.5", "many"])
def test_share_that_is_none_is_refused(tmp_path, share, capsys):
    with pytest.raises(SystemExit):
        ingested(tmp_path, "comments", text("comments", 5), "--max-bad", share)
    assert "--max-bad" in capsys.readouterr().err
