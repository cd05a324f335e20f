"""The human reference table from the scorers' files."""

import pyarrow
import pyarrow.parquet
import pytest

from scripts.tables import tabulate_human
from scripts.text.files import read_csv, write_csv, write_jsonl

PHRASES = ["order", "rank", "phrase", "of_dialogues", "share_dialogues"]


def test_rows_carry_values_counts_intervals_and_their_own_evidence(tmp_path):
    def parquet(name, rows):
        columns = zip(("dialogue_id", "turn", "metric", "value"), zip(*rows, strict=True), strict=True)
        pyarrow.parquet.write_table(pyarrow.table({key: list(own) for key, own in columns}), tmp_path / name)

    parquet("s.parquet", [("a", None, "dist_2", 1.0), ("b", None, "dist_2", 0.5), (None, None, "dist_2_corpus", 0.4)])
    degrees = [("a", 1, "epitome_er", 2.0), ("a", 3, "epitome_er", 2.0), ("a", 5, "epitome_er", 2.0)]
    parquet("e.parquet", [*degrees, ("b", 1, "epitome_er", 0.0)])
    phrases = [(4, 1, "sorry to hear that", 2, 0.5), (4, 2, "how are you doing", 2, 0.5), (3, 1, "to hear that", 2, 1)]
    write_csv(tmp_path / "p.csv", [dict(zip(PHRASES, row, strict=True)) for row in phrases], PHRASES)
    write_csv(
        tmp_path / "t.csv", [{"type": "O", "share": 0.25, "of_utterances": 4}], ["type", "share", "of_utterances"]
    )
    told_levels = [("a", 1, 1), ("a", 3, 1), ("a", 5, None), ("a", 7, 4), ("b", 2, 4)]
    write_jsonl(
        tmp_path / "l.jsonl",
        [{"dialogue_id": dialogue, "turn": turn, "level": level} for dialogue, turn, level in reversed(told_levels)],
    )
    files = [word for name, file in (("scores", "s.parquet"), ("empathy", "e.parquet"), ("phrases", "p.csv"),
             ("types", "t.csv"), ("levels", "l.jsonl")) for word in (f"--{name}", str(tmp_path / file))]  # fmt: skip
    told = ["--sets", "esconv", *files, "--top", "1", "--resamples", "500", "--seed", "1", "--run", "laptop"]
    told += ["--evidence", "real", "--empathy-evidence", "stand_in", "--output", str(tmp_path / "h.csv")]
    told += ["--level-status", "synthetic", "--level-evidence", "stand_in"]
    tabulate_human.main(told)
    every = {row["metric"]: row for row in read_csv(tmp_path / "h.csv")}
    rows = {name: row for name, row in every.items() if not name.startswith("level")}
    levels = {name: row for name, row in every.items() if name not in rows}
    # Level 1 in quartiles 1 and 2 of dialogue a; level 4 in its last and in b's only one; the others never.
    assert {name: row["value"] for name, row in levels.items() if row["value"] not in ("", "0.0")} == {
        "level_1_quartile_1": "0.5",
        "level_1_quartile_2": "0.5",
        "level_4_quartile_4": "1.0",
    }
    assert len(levels) == 16 and {levels[f"level_2_quartile_{q}"]["value"] for q in range(1, 5)} == {""}
    assert {(row["status"], row["evidence"]) for row in levels.values()} == {("synthetic", "stand_in")}
    assert levels["level_1_quartile_1"]["n"] == "2"
    told[told.index("--levels") + 1 : told.index("--levels") + 2] = []
    told[told.index("synthetic")] = "needs_ratings"
    tabulate_human.main(told)
    without = [row for row in read_csv(tmp_path / "h.csv") if row["metric"].startswith("level")]
    assert {(row["value"], row["status"], row["n"]) for row in without} == {("", "needs_ratings", "")}
    assert len(without) == 16
    assert {name: float(row["value"]) for name, row in rows.items()} == pytest.approx(
        {"dist_2": 75, "dist_2_corpus": 40, "epitome_er": 1.5, "type_O": 0.25, "phrase sorry to hear that": 0.5}
    )
    # Resampled dialogues: a alone 2, b alone 0.
    assert (float(rows["epitome_er"]["ci_low"]), float(rows["epitome_er"]["ci_high"])) == (0, 2)
    assert (float(rows["dist_2"]["ci_low"]), float(rows["dist_2"]["ci_high"])) == (50, 100)
    counted = {"epitome_er": "4", "dist_2": "2", "dist_2_corpus": "2", "type_O": "4"}
    assert {name: rows[name]["n"] for name in counted} == counted
    assert {row["evidence"] for name, row in rows.items() if name != "epitome_er"} == {"real"}
    assert rows["epitome_er"]["evidence"] == "stand_in"
