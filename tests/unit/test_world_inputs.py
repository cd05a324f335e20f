"""What the offline world writes: published forms, real field shapes, planted effects, the same bytes again."""

import json
import random
from statistics import fmean

import pytest
import yaml

from scripts.corpora import normalise_esconv, normalise_extes, normalise_psych8k, normalise_valueeval
from scripts.reddit.decode import read_rows
from scripts.reddit.filters import Comment, Submission
from scripts.text.draws import seeded
from scripts.text.files import read_csv, read_jsonl
from scripts.text.lexicon import load_lexicon
from scripts.world import fields, write_corpora, write_dumps
from scripts.world.forms import esconv_record
from scripts.world.posts import OP, draw_post

WORLD = "resources/world.yaml"
COUNTS = dict.fromkeys(write_corpora.COUNTS, 40)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    write_corpora.main(["--world", WORLD, "--counts", json.dumps(COUNTS), "--seed", "7", "--output", str(folder)])
    dumps = ["--submissions", str(folder / "reddit/offmychest_submissions.zst")]
    dumps += ["--comments", str(folder / "reddit/offmychest_comments.zst")]
    write_dumps.main(["--world", WORLD, "--posts", "120", "--seed", "7", *dumps])
    return folder


@pytest.fixture(scope="module")
def world():
    return load_lexicon(WORLD)


def test_the_world_writes_every_file_that_paper_a_reads_from_data_dir(written):
    rows = read_csv("resources/datasets.csv")
    expected = {row["file"] for row in rows if row["used_for"].startswith("paper A")}
    assert {str(path.relative_to(written)) for path in written.rglob("*") if path.is_file()} == expected


def test_the_normalisers_read_what_the_world_writes(written, tmp_path, world):
    common = ["--sha256", "", "--seed", "1"]
    esconv = ["--input", str(written / "esconv/train.jsonl"), "--split", "train", "--sha256", ""]
    normalise_esconv.main([*esconv, "--output", str(tmp_path / "e")])
    out = [part for split in ("train", "dev", "test") for part in (f"--{split}", str(tmp_path / f"x{split}"))]
    extes = ["--input", str(written / "extes/ExTES.json"), "--dev-share", "0.1", "--test-share", "0.1"]
    normalise_extes.main([*extes, *common, *out])
    psych8k = ["--input", str(written / "psych8k/psych8k.json"), "--dev-share", "0.1"]
    normalise_psych8k.main([*psych8k, *common, *out[:4]])
    files = ["--arguments", "arguments-training.tsv", "--labels", "labels-training.tsv"]
    files = [part if part.startswith("--") else str(written / "valueeval" / part) for part in files]
    taxonomy = tmp_path / "values.yaml"
    taxonomy.write_text(yaml.safe_dump([{"label": value} for value in world.values]))
    files += ["--sha256-arguments", "", "--sha256-labels", "", "--values", str(taxonomy)]
    normalise_valueeval.main([*files, "--output", str(tmp_path / "v")])
    dialogues = read_jsonl(tmp_path / "e")
    assert len(dialogues) == 40
    assert dialogues[0]["meta"]["final_intensity"] == 1 and 8 <= len(dialogues[0]["turns"]) <= 12


def test_esconv_supporters_carry_no_value_and_helped_seekers_voice_more(world):
    records = [esconv_record(seeded(3, row), world, example=False) for row in range(300)]
    voiced: dict[bool, list[int]] = {True: [], False: []}
    for record in records:
        assert not any(world.carried(turn["text"]) for turn in record["dialog"] if turn["speaker"] == "sys")
        last = [turn["text"] for turn in record["dialog"] if turn["speaker"] == "usr"][-4:]
        final = record["survey_score"]["seeker"].get("final_emotion_intensity")
        if record["survey_score"]["seeker"]["initial_emotion_intensity"] == "5" and final:
            voiced[final in "12"].append(sum(len(world.voiced(text)) for text in last))
    assert min(map(len, voiced.values())) > 50
    assert fmean(voiced[True]) > 1.3 * fmean(voiced[False])


def test_valueeval_labels_are_the_values_whose_words_stand_in_the_premise(written, world):
    def table(kind):
        return [line.split("\t") for line in (written / f"valueeval/{kind}-training.tsv").read_text().splitlines()]

    for argument, label in zip(table("arguments")[1:], table("labels")[1:], strict=True):
        present = {value for value, mark in zip(world.values, label[1:], strict=True) if mark == "1"}
        assert argument[0] == label[0] and present == {
            *world.voiced(argument[3]),
            *world.carried(argument[3]),
        }


def test_op_replies_voice_the_values_of_the_comment_at_the_planted_rate(world):
    raised, others = [], []
    for number in range(400):
        post = draw_post(seeded(5, number), world)
        for node in post.nodes:
            if node.author == OP:
                carried, voiced = world.carried(post.nodes[node.parent].text), world.voiced(node.text)
                raised += [value in voiced for value in carried]
                others += [value in voiced for value in post.values if value not in carried]
    effects = world.effects
    assert abs(fmean(raised) - effects["cue_raises_value"]) < 0.04
    assert abs(fmean(others) - effects["value_base_rate"]) < 0.04


def test_posts_and_comments_are_long_enough_for_the_paper_s_filters(world):
    for number in range(200):
        post = draw_post(seeded(6, number), world)
        assert len(f"{post.title} {post.body}".split()) >= 20
        assert all(len(node.text.split()) >= 5 for node in post.nodes)


def read(path, row_type):
    return [row for rows, _, _ in read_rows(path, row_type) for row in rows]


def test_dumps_hold_the_shapes_of_their_months(written):
    posts = read(written / "reddit/offmychest_submissions.zst", Submission)
    comments = read(written / "reddit/offmychest_comments.zst", Comment)
    assert {type(row.created_utc) for row in posts} == {int, str}
    assert all(row.upvote_ratio is None for row in posts if int(row.created_utc) < 1_583_020_800)  # March 2020
    assert any(row.upvote_ratio is not None for row in posts)
    assert any(row.author == "AutoModerator" for row in comments) and any(row.body == "[removed]" for row in comments)
    assert len({row.id for row in comments}) < len(comments) and len(comments) > 5 * len(posts)
    known = {row.id for row in comments}
    assert all(row.parent_id[3:] in known for row in comments if row.parent_id.startswith("t1_"))


@pytest.mark.parametrize(
    ("month", "edited", "named"), [("2019-05", int, False), ("2022-05", float, True), ("2023-06", int, True)]
)
def test_comment_fields_change_with_the_month(month, edited, named):
    record = {"id": "c1", "author": "a", "body": "b", "link_id": "t3_p", "parent_id": "t3_p", "score": 1}
    record |= {"created_utc": 1_600_000_000, "is_submitter": False, "distinguished": None}
    drawn = [fields.comment(random.Random(seed), record, month) for seed in range(200)]
    assert {type(one["edited"]) for one in drawn} == {bool, edited}
    assert all(("name" in one) == named for one in drawn)


def test_both_text_styles_are_written_and_mean_the_same():
    value = {"b": "a/b", "a": "\u00e9"}
    styles = {fields.encode(random.Random(seed), value) for seed in range(20)}
    assert len(styles) == 2 and all(json.loads(line) == value for line in styles)


def test_the_same_seed_writes_the_same_bytes(written, tmp_path):
    dumps = [
        "--submissions",
        str(tmp_path / "offmychest_submissions.zst"),
        "--comments",
        str(tmp_path / "offmychest_comments.zst"),
    ]
    write_dumps.main(["--world", WORLD, "--posts", "120", "--seed", "7", *dumps])
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (written / "reddit" / path.name).read_bytes()
