"""A table that compares systems by ES-Skills, ES-Intensity and ES-Value (paper A, tables 2, 3, 20 to 23; A-071, A-073).

Reads, system by system in the order of `systems_of`, dialogues, skill and intensity ratings, and (block by block, for
all but the reference model) win ratios. Means are over finished dialogues (ES-Value: over personas whose both dialogues
ended); intervals resample personas; markers are the paper's, Mann-Whitney against the block's reference model. Beside
the tidy table and its Markdown form it writes

stats: a row a cell with n, U, p, rank-biserial effect, Holm-corrected p (over the whole table), the paired
difference from the reference model with its interval, and for ES-Value our own test (Wilcoxon against 0.5);
agreement: Kendall's tau between the published and our order of systems, and equal markers, by metric;
completion: dialogues by end reason, the finished share and every mean in the worst case, by system.
"""

import argparse
import json
import logging
from collections.abc import Callable, Sequence

from scripts.provenance.errors import Problem
from scripts.stats.significance import marker
from scripts.tables.layout import SKILLS, VALUES, Page, render
from scripts.tables.options import table_parser
from scripts.tables.scores import (
    FINISHED,
    Block,
    Found,
    Metric,
    Scores,
    System,
    end_reasons,
    key_of,
    load_ratios,
    load_scores,
    measure,
)
from scripts.tables.sides import (
    AGREEMENT,
    TESTED,
    agreement_rows,
    completion_columns,
    completion_rows,
    stats_rows,
)
from scripts.tables.tidy import COLUMNS, Cell, Key, Origin, read_published, tidy
from scripts.text.files import write_csv, write_text

log = logging.getLogger(__name__)

SIDES = ("stats", "agreement", "completion")
METRICS: tuple[Metric, ...] = (*SKILLS, *VALUES)  # in the printed order


def comparison_parser(description: str, rated: bool, paired: bool) -> argparse.ArgumentParser:
    """Options of such a table: `rated` by skills and intensity, `paired` by win ratios."""
    parser = table_parser(description)
    parser.add_argument(
        "--blocks",
        required=True,
        type=json.loads,
        help="JSON list of {reference, label, systems: [{id, keys}]}: what is tested against which reference model",
    )
    parser.add_argument("--dialogues", required=True, nargs="+", help="dialogues of each system")
    if rated:
        parser.add_argument("--skills", required=True, nargs="+", help="skill ratings of each system")
        parser.add_argument("--intensity", required=True, nargs="+", help="intensity ratings of each system")
    if paired:
        parser.add_argument("--values", required=True, nargs="+", help="win ratios, block by block")
    parser.add_argument("--resamples", required=True, type=int)
    parser.add_argument("--seed", required=True, type=int)
    for side in SIDES:
        parser.add_argument(f"--{side}", required=True, help="side file, .csv")
    return parser


def read_blocks(entries: Sequence[dict]) -> list[Block]:
    return [
        Block(entry["reference"], entry["label"], tuple(System(s["id"], tuple(s["keys"])) for s in entry["systems"]))
        for entry in entries
    ]


def systems_of(blocks: Sequence[Block]) -> list[str]:
    """The systems whose files are given, each once, in the order of the blocks."""
    return list(dict.fromkeys(system.id for block in blocks for system in block.systems))


def tabulate(args: argparse.Namespace, keys: Sequence[str], page: Page, daggers: bool, partial: bool) -> None:
    """Writes the table and what stands beside it.

    `daggers`: p < 0.1 has a sign of its own. `partial`: printed rows that this run selects nothing for stay, empty.
    """
    blocks = read_blocks(args.blocks)
    published = read_published(args.published, keys)
    scores, ends = read_scores(args, systems_of(blocks))
    ratios = read_ratios(args, blocks, ends)
    personas = sorted(set().union(*ends.values()))
    if not personas:
        raise Problem(f"{args.dialogues[0]} and the others hold no dialogue. Build the dialogues again.")
    metrics = [metric for metric in METRICS if hasattr(args, "values" if metric in VALUES else "skills")]
    found = [
        measure(
            {system.id: {**scores[system.id], **own.get(system.id, {})} for system in block.systems},
            block.reference,
            metrics,
            personas,
            args.resamples,
            args.seed,
        )
        for block, own in zip(blocks, ratios, strict=True)
    ]
    sign = marker if daggers else lambda p: marker(p).replace("dagger", "")
    built, references = cells(found, blocks, keys, sign)
    if partial:
        built |= {key: Cell(None, status="not_selected") for key in published if key not in built}
    rows = tidy(published, built, keys, Origin(args.run, args.evidence))
    agreement = agreement_rows(rows, keys, references)
    completion = completion_rows(ends, scores, blocks, keys, metrics, ratios)
    write_csv(args.stats, stats_rows(found, blocks, keys), [*keys, "metric", *TESTED])
    write_csv(args.agreement, agreement, [keys[-1], *AGREEMENT])
    write_csv(args.completion, completion, completion_columns(blocks, keys, metrics))
    write_text(args.text, render(page, rows, agreement, completion, args.evidence))
    write_csv(args.output, rows, [*keys, *COLUMNS])
    log.info("%d systems, %d personas, %d cells", len(ends), len(personas), len(rows))


def cells(
    found: Sequence[Found], blocks: Sequence[Block], keys: Sequence[str], sign: Callable[[float | None], str]
) -> tuple[dict[Key, Cell], set[Key]]:
    """The table's cells, and the keys of the reference models' own; their ES-Value is empty by construction."""
    built: dict[Key, Cell] = {}
    references = set()
    for block, measured in zip(blocks, found, strict=True):
        names = {system.id: system for system in block.systems}
        for system in block.systems:
            for (owner, metric), cell in measured.items():
                if owner != system.id:
                    continue
                key = key_of(keys, block, names[owner], metric)
                if key in built:
                    raise Problem(f"Two systems are the row {', '.join(key)}, {owner} the second. Select one of them.")
                if owner == block.reference:
                    references.add(key)
                empty = owner == block.reference and metric[0] == "es_value"
                p = cell.test.p if cell.test else None
                built[key] = (
                    Cell(None, status="reference") if empty else Cell(cell.mean, cell.n, sign(p), cell.interval)
                )
    return built, references


def read_scores(args: argparse.Namespace, systems: Sequence[str]) -> tuple[dict[str, Scores], dict[str, dict]]:
    """Skills and intensity where the table has them, and end reasons, by system."""
    lists = {name: getattr(args, name) for name in ("dialogues", "skills", "intensity") if hasattr(args, name)}
    for name, files in lists.items():
        counted(name, files, len(systems))
    ends = {system: end_reasons(path, system) for system, path in zip(systems, args.dialogues, strict=True)}
    scores: dict[str, Scores] = {system: {} for system in systems}
    if "skills" in lists:
        for system, skills, intensity in zip(systems, args.skills, args.intensity, strict=True):
            scores[system] = load_scores(skills, intensity, _finished(ends[system]))
    return scores, ends


def read_ratios(args: argparse.Namespace, blocks: Sequence[Block], ends: dict[str, dict]) -> list[dict[str, Scores]]:
    """Win ratios by system, block by block; nothing where the table has none."""
    judged = [(block, s.id) for block in blocks for s in block.systems if s.id != block.reference]
    found: list[dict[str, Scores]] = [{} for _ in blocks]
    if hasattr(args, "values"):
        counted("values", args.values, len(judged))
        for (block, system), path in zip(judged, args.values, strict=True):
            found[blocks.index(block)][system] = load_ratios(path, _finished(ends[system]))
    return found


def counted(name: str, files: Sequence[str], wanted: int) -> None:
    if len(files) != wanted:
        raise Problem(f"--{name} has {len(files)} files for {wanted} systems. Give one each, in the systems' order.")


def _finished(ends: dict[str, str]) -> set[str]:
    return {persona for persona, reason in ends.items() if reason in FINISHED}
