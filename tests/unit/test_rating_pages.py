"""The rating pages: what they hold and what not, and, where Chromium is at hand, a rater's way with the keyboard."""

import json
import re

import pytest

from scripts.evad import (
    build_alignment_pairs,
    import_rankings,
    show_rating_pages,
    split_votes,
    vote_rankings,
    write_rating_pages,
)
from scripts.evad.items import code_of
from scripts.evad.sample_items import sample
from scripts.text.files import read_csv, read_jsonl, write_jsonl
from tests.unit.chromium import CHROMIUM, chromium
from tests.unit.evad_data import LEVELS, TEXTS, dialogue, run, write_candidates

SEED = 5
PARTS = {
    "levels": LEVELS,
    "introduction_template": "resources/pages/introduction.html",
    "ranking_template": "resources/pages/ranking.html",
    "style": "resources/pages/style.css",
    "script": "resources/pages/ranking.js",
}
browsing = pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")


@pytest.fixture
def items():
    talks = [dialogue(f"d{n}", 3) for n in range(2)]
    talks[0]["turns"][0]["text"] = "</script><b id=bad>&amp; \u2028 it's"
    return sample(talks, 99, 2, 1)


@pytest.fixture
def given(tmp_path, items):
    return write_candidates(tmp_path, items) | PARTS | {"people": 1, "seed": SEED}


@pytest.fixture
def pages(tmp_path, given):
    folder = tmp_path / "pages"
    paths = [folder / f"group{group}.html" for group in (1, 2)]
    run(write_rating_pages, **given, introduction=folder / "introduction.html", pages=paths)
    return folder


def embedded(page):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1])


def test_pages_load_nothing_from_elsewhere(pages):
    for path in pages.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?://|\bsrc=|@import|url\(|<link|fetch\(|XMLHttpRequest|WebSocket", text), path
        assert "Content-Security-Policy" in text and "default-src 'none'" in text and 'lang="en"' in text


def test_page_of_a_group_holds_its_items_and_no_level(pages, items):
    found = []
    for group in (1, 2):
        data = embedded((pages / f"group{group}.html").read_text(encoding="utf-8"))
        own = [item for item in items if item["group"] == group]
        assert [item["id"] for item in data["items"]] == [item["item_id"] for item in own] and own
        for item in data["items"]:
            codes = [candidate["code"] for candidate in item["candidates"]]
            assert set(item) == {"id", "history", "candidates"} and codes == sorted(codes)
            assert all(set(candidate) == {"code", "text"} for candidate in item["candidates"])
            by_code = {candidate["code"]: candidate["text"] for candidate in item["candidates"]}
            assert by_code == {code_of(item["id"], level, text, SEED): text for level, text in TEXTS.items()}
            found.append([list(TEXTS.values()).index(by_code[code]) for code in codes])
    assert len(set(map(tuple, found))) > 1  # the codes' order follows no level
    assert "secret" not in (pages / "group1.html").read_text() + (pages / "group2.html").read_text()


def test_text_that_looks_like_a_tag_stays_text(pages, items):
    group = next(item["group"] for item in items if item["dialogue_id"] == "d0")
    page = (pages / f"group{group}.html").read_text(encoding="utf-8")
    assert "<b id=bad>" not in page and page.count("</script>") == 2
    assert embedded(page)["items"][0]["history"][0]["text"] == "</script><b id=bad>&amp; \u2028 it's"


def test_introduction_explains_the_four_levels_and_leads_to_each_group(pages):
    text = (pages / "introduction.html").read_text(encoding="utf-8")
    for words in ("1. Listening and Observing", "4. Radical Genuineness", "group1.html", "group2.html"):
        assert words in text
    assert "group3.html" not in text


def test_figures_are_the_pages_with_one_item(tmp_path, given):
    run(show_rating_pages, **given, groups=2, figure8=tmp_path / "8.html", figure9=tmp_path / "9.html")
    data = embedded((tmp_path / "9.html").read_text(encoding="utf-8"))
    assert data["example"] and len(data["items"]) == 1
    assert "../evad/pages/group2.html" in (tmp_path / "8.html").read_text(encoding="utf-8")


SHOWN = "[...document.querySelectorAll('fieldset p')].map((one) => one.textContent)"
STATUS = "document.getElementById('status').textContent"


def begin(page, path, name):
    page.open(path)
    page.value("document.getElementById('name').focus()")
    page.type(name)
    page.enter()
    page.until("!document.getElementById('rank').hidden")


def to_reply(page, text):
    """Tab until the reply with this text has the focus."""
    for _ in range(12):
        page.tab()
        if page.value("document.activeElement.closest('fieldset')?.querySelector('p').textContent") == text:
            return
    raise AssertionError(f"the keyboard does not reach {text}")


@browsing
def test_rater_ranks_with_the_keyboard_and_the_build_imports_the_file(tmp_path, pages, given, items):
    wanted = {TEXTS[level]: place for place, level in enumerate((3, 4, 2, 1), 1)}
    with chromium(tmp_path) as page:
        for group in (1, 2):
            begin(page, pages / f"group{group}.html", f"ann{group}")
            own = [item for item in items if item["group"] == group]
            for number in range(1, len(own) + 1):
                assert page.value("document.activeElement.id") == "heading"
                assert page.value("document.activeElement.textContent") == f"Conversation {number} of {len(own)}"
                assert page.value("document.getElementById('bad')") is None
                for text in page.value(SHOWN):
                    to_reply(page, text)
                    page.digit(wanted[text])
                assert page.value(STATUS) == "All four have a place."
                page.enter()
            assert page.value(STATUS) == "This is the last conversation. Save the file."
            page.value("document.getElementById('save').focus()")
            page.enter()
            saved = tmp_path / "downloads" / f"evad{group}-ann{group}.csv"
            page.until(f"document.getElementById('status').textContent === 'Saved as {saved.name}.'")
            wait_for(saved)
    files = sorted((tmp_path / "downloads").glob("*.csv"))
    options = {name: given[name] for name in ("items", "candidates", "people", "seed")}
    run(import_rankings, **options, rankings=files, raters="human", output=tmp_path / "rankings.csv")
    rows = read_csv(tmp_path / "rankings.csv")
    assert len(rows) == len(items)
    assert {tuple(row[f"rank{n}"] for n in (1, 2, 3, 4)) for row in rows} == {("3", "4", "2", "1")}
    pairs = pairs_of(tmp_path, given)
    assert sorted(pair["id"] for pair in pairs) == sorted(item["item_id"] for item in items)
    for pair in pairs:
        said = {picked: [turn["content"] for turn in pair[picked]] for picked in ("chosen", "rejected")}
        assert said == {"chosen": [TEXTS[3]], "rejected": [TEXTS[1]]} and pair["prompt"][-1]["role"] == "user"


def pairs_of(folder, given):
    """What training gets from folder/rankings.csv: votes, splits, pairs of both splits."""
    places = {name: given[name] for name in ("items", "candidates")}
    votes, tests = folder / "votes.jsonl", folder / "test.jsonl"
    told = {"items": given["items"], "rankings": folder / "rankings.csv", "max_disagreeing": 5, "ties": "drop"}
    run(vote_rankings, **told, output=votes, agreement=folder / "agreement.csv")
    write_jsonl(tests, [])
    splits = {"train": folder / "train.jsonl", "dev": folder / "dev.jsonl", "counts": folder / "counts.json"}
    run(split_votes, **places, votes=votes, held_out=tests, train_size=9, dev_size=9, seed=SEED, **splits)
    pairs = []
    for split in ("train", "dev"):
        output = folder / f"{split}_pairs.jsonl"
        run(build_alignment_pairs, items=splits[split], prompt="resources/prompts/B-BASE.md", output=output)
        pairs += read_jsonl(output)
    return pairs


def wait_for(path):
    import time

    end = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < end, f"{path} was never saved"
        time.sleep(0.05)


@browsing
def test_order_is_drawn_for_each_rater_and_work_is_kept_in_the_browser(tmp_path, pages, items):
    path = pages / "group1.html"
    with chromium(tmp_path) as page:
        orders = {}
        for name in ("ann", "bob", "cem", "dee", "eve", "ann"):
            begin(page, path, name)
            order = page.value(SHOWN)
            assert sorted(order) == sorted(TEXTS.values())
            assert orders.setdefault(name, order) == order  # the same rater, the same order
        assert len(set(map(tuple, orders.values()))) > 1
        to_reply(page, orders["ann"][2])
        page.digit(1)
        begin(page, path, "ann")
        checked = "[...document.querySelectorAll('input:checked')].map((one) => [one.closest('fieldset')"
        assert page.value(checked + ".querySelector('p').textContent, one.value])") == [[orders["ann"][2], "1"]]
        assert "beforeunload" in page.dialogs  # who leaves before all is ranked is asked
        begin(page, path, "bob")
        assert page.value("document.querySelectorAll('input:checked').length") == 0


@browsing
def test_place_is_given_once_and_an_unranked_conversation_is_not_left_unsaid(tmp_path, pages):
    with chromium(tmp_path) as page:
        begin(page, pages / "group1.html", "ann")
        first, second = page.value(SHOWN)[:2]
        to_reply(page, first)
        page.digit(2)
        to_reply(page, second)
        page.digit(2)
        assert page.value(STATUS) == "Place 2 is taken from Reply 1. 3 without a place."
        assert page.value("document.querySelectorAll('input:checked').length") == 1
        page.enter()
        assert page.value(STATUS) == "3 of the four replies have no place yet."
        assert page.value("document.getElementById('heading').textContent").startswith("Conversation 1 ")
        page.value("document.getElementById('save').click()")
        assert page.value(STATUS).startswith("Saved 0 of ")


@browsing
def test_every_control_has_a_name_and_the_page_asks_for_nothing(tmp_path, pages):
    with chromium(tmp_path) as page:
        begin(page, pages / "group1.html", "ann")
        page.call("Accessibility.enable")
        nodes = page.call("Accessibility.getFullAXTree")["nodes"]
        roles = {}
        for node in nodes:
            role = node.get("role", {}).get("value")
            if role in ("radio", "button", "group", "heading", "list", "status") and not node.get("ignored"):
                roles.setdefault(role, []).append(node.get("name", {}).get("value", ""))
        assert len(roles["radio"]) == 16 and all(roles["radio"]) and all(roles["button"])
        assert [name for name in roles["group"] if name] == [f"Reply {n}" for n in (1, 2, 3, 4)]
        assert "Conversation so far" in roles["list"] and "status" in roles
        assert page.value("performance.getEntriesByType('resource').length") == 0


@browsing
def test_rater_whose_browser_keeps_nothing_is_told_so_with_every_place(tmp_path, pages):
    with chromium(tmp_path) as page:
        begin(page, pages / "group1.html", "ann")
        page.value("Storage.prototype.setItem = () => { throw new Error('full'); }, 1")
        for text in page.value(SHOWN)[:2]:
            to_reply(page, text)
            page.digit(1)
            assert "This browser keeps nothing: save the file before you close the page." in page.value(STATUS)
        assert "Place 1 is taken from Reply" in page.value(STATUS)
