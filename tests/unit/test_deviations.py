"""docs/deviations.md: every requirement once, statuses that agree, and no name of a thing that is not there."""

import re
from pathlib import Path

import pytest
import yaml

PAGE = Path("docs/deviations.md")
CONFIG = Path("config.yaml")
PAPERS = {"A": (83, 31), "B": (47, 23)}  # how many requirements and decisions the catalogue has of each
STATUS = re.compile(r"as the paper|deviation, see above|needs human|partly: \S.*")
ID = re.compile(r"\b[AB]-\d{3}\b|\bI-[AB]\d{2}\b")
TOKEN = re.compile(r"`([^`]+)`")
NUMBERED = re.compile(r"eva/(table|figure)\{.*\}(\.\w+)")  # a rule of several of paper B's tables or figures
PRINTED = {"table": 14, "figure": 13}
WILD = re.compile(r"\\{+[^{}]*\\}+")  # {system}, {{split}}, {C['…']}, as re.escape leaves them
PATTERNS = {"A-nnn", "I-Ann", "B-nnn", "I-Bnn"}


def requirements(paper: str) -> list[str]:
    return [f"{paper}-{number:03d}" for number in range(1, PAPERS[paper][0] + 1)]


def decisions(paper: str) -> list[str]:
    return [f"I-{paper}{number:02d}" for number in range(1, PAPERS[paper][1] + 1)]


def tables(text: str) -> list[list[list[str]]]:
    """Cells of the body rows of each table."""
    found: list[list[list[str]]] = []
    previous = ""
    for line in text.splitlines():
        if line.startswith("|---"):
            found.append([])
        elif line.startswith("|") and previous.startswith("|"):
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        previous = line
    return found


def config_keys(node: object, path: str = "") -> set[str]:
    """Every key of the config, dotted."""
    if not isinstance(node, dict):
        return set()
    own = {f"{path}{key}": value for key, value in node.items()}
    return set(own).union(*(config_keys(value, f"{key}.") for key, value in own.items()))


def rules() -> set[str]:
    """`<stage>.<rule>` of every rule."""
    return {
        f"{path.stem.partition('_')[0]}.{name}"
        for path in Path("rules").glob("*.smk")
        for name in re.findall(r"^rule (\w+):", path.read_text(encoding="utf-8"), re.MULTILINE)
    }


def targets() -> list[re.Pattern]:
    """What rules write or read below the results folder, wildcards left open; tables and figures as they are listed."""
    named = {
        name
        for path in Path("rules").glob("*.smk")
        for name in re.findall(r"<results>/([^\"\s]+)\"", path.read_text(encoding="utf-8"))
        if not name.startswith(("table{", "{", "eva/{")) and not name.endswith("figure{number}")
    }
    several = {name: found for name in named if (found := NUMBERED.fullmatch(name))}
    named = (named - several.keys()) | {
        f"eva/{kind}{number}{ending}"
        for kind, ending in (found.groups() for found in several.values())
        for number in range(1, PRINTED[kind] + 1)
    }
    listed = Path("resources/targets.csv").read_text(encoding="utf-8").split()
    named |= {line.partition(",")[0] for line in listed}
    return [re.compile(WILD.sub(r"[^/]+", re.escape(name))) for name in named]


def words_of_code() -> set[str]:
    files = (*Path("scripts").rglob("*.py"), *Path("rules").glob("*.smk"))
    return {word for path in files for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}


def missing(names: set[str]) -> list[str]:
    """The names that are no config key, rule, target, file or word of the code."""
    known = config_keys(yaml.safe_load(CONFIG.read_text(encoding="utf-8"))) | rules() | words_of_code() | PATTERNS
    made = targets()
    return sorted(
        name
        for name in names - known
        if not Path(name).is_file()
        and not any(target.fullmatch(name.removeprefix("results/")) for target in made if name.startswith("results/"))
    )


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


@pytest.fixture(params=PAPERS)
def paper(request) -> str:
    return request.param


@pytest.fixture
def own(page, paper) -> list[list[list[str]]]:
    """The paper's two tables: what deviates, and every requirement."""
    place = 2 * list(PAPERS).index(paper)
    return tables(page)[place : place + 2]


@pytest.fixture
def deviating(own) -> list[str]:
    """The ids of the first table, row by row."""
    return [name for row in own[0] for name in ID.findall(row[0])]


def named_in_config(pattern: str) -> set[str]:
    return set(re.findall(pattern, CONFIG.read_text(encoding="utf-8")))


def test_each_paper_has_two_tables(page):
    assert len(tables(page)) == 2 * len(PAPERS)
    assert re.findall(r"^# Paper (\w)$", page, re.MULTILINE) == list(PAPERS)


def test_every_requirement_stands_once_in_the_second_table_and_in_order(own, paper):
    assert [row[0] for row in own[1]] == requirements(paper)


def test_every_decision_stands_in_the_first_table(deviating, paper):
    assert {name for name in deviating if name.startswith("I-")} == set(decisions(paper))


def test_the_first_table_names_requirements_of_its_own_paper_alone(deviating, paper):
    assert {name for name in deviating if not name.startswith("I-")} <= set(requirements(paper))


def test_every_decision_that_the_config_names_is_stated(deviating, paper):
    named = named_in_config(rf"\bI-{paper}\d{{2}}\b")
    assert named and named <= set(deviating)


def test_every_requirement_that_the_config_names_exists(paper):
    named = named_in_config(rf"(?<!I-)\b{paper}-\d{{3}}\b")
    assert named and named <= set(requirements(paper))


def test_statuses_are_of_four_kinds_and_agree_with_the_first_table(own, deviating):
    statuses = {row[0]: row[2] for row in own[1]}
    assert {name: status for name, status in statuses.items() if not STATUS.fullmatch(status)} == {}
    stated = {name for name in deviating if not name.startswith("I-")}
    assert {name for name, status in statuses.items() if status == "deviation, see above"} - stated == set()
    assert {name for name in stated if statuses[name] == "as the paper"} == set()
    # A part that is missing and explained above is stated there.
    assert {name for name, status in statuses.items() if status.endswith(", see above")} - stated == set()


def test_rows_are_whole_and_say_where(own):
    for table, width in zip(own, (5, 4), strict=True):
        for row in table:
            assert len(row) == width and all(row) and TOKEN.search(row[-1]), row


def test_everything_that_the_page_names_exists(page):
    assert missing(set(TOKEN.findall(page))) == []


@pytest.mark.parametrize(
    "name",
    [
        *(
            "detector.select_off",
            "tables.tabulate_table99",
            "results/table99.csv",
            "scripts/none.py",
            "no_such_column_",
        ),
        *("eva.acq.rate", "eva.train_none", "results/eva/table15.csv", "results/eva/figure14.svg", "models.mechat.ids"),
    ],
)
def test_a_name_that_is_nowhere_is_found_missing(name):
    there = {"detector.select_on", "tables.tabulate_table3", "results/table3.csv"}
    assert missing({name} | there | {"eva.acq.train.epochs", "eva.train_acq", "results/eva/table2.csv"}) == [name]
