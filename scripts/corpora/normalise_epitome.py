"""A mechanism of EPITOME's Reddit part (Sharma et al. 2020; paper B, requirement B-035).

Output (JSONL): `id` `<post>:<reply>` (61 rows of the release repeat a pair: `<post>:<reply>:2`), `group` (the seeker's
post, by its text: rows of one post belong together when parts are held out), `seeker, response, level` (0 none, 1 weak,
2 strong), `rationales` (stretches of the response).

    python -m scripts -- corpora.normalise_epitome --input explorations-reddit.csv --sha256 "" --output ex.jsonl
"""

import argparse
import csv
import hashlib
import logging
from collections import Counter

from scripts.corpora.registry import checked
from scripts.provenance.errors import Problem
from scripts.text.files import write_jsonl

log = logging.getLogger(__name__)
COLUMNS = ["sp_id", "rp_id", "seeker_post", "response_post", "level", "rationales"]
LEVELS = ("0", "1", "2")


def epitome_row(raw: dict[str, str]) -> dict:
    """The row; ValueError when a text is empty or the level is none of the three."""
    seeker, response = (" ".join((raw[name] or "").split()) for name in ("seeker_post", "response_post"))
    if not seeker or not response or raw["level"] not in LEVELS:
        raise ValueError(f"level {raw['level']!r}, {len(seeker)} and {len(response)} characters")
    return {
        "id": f"{raw['sp_id']}:{raw['rp_id']}",
        "group": hashlib.sha256(seeker.lower().encode()).hexdigest()[:16],
        "seeker": seeker,
        "response": response,
        "level": int(raw["level"]),
        "rationales": [part.strip() for part in (raw["rationales"] or "").split("|") if part.strip()],
    }


def numbered(rows: list[dict]) -> list[dict]:
    """The rows, each under an id of its own."""
    seen: Counter[str] = Counter()
    for row in rows:
        seen[row["id"]] += 1
        if seen[row["id"]] > 1:
            row["id"] += f":{seen[row['id']]}"
    return rows


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--input", required=True, help="CSV")
    parser.add_argument("--sha256", required=True, help="of the input; empty: not pinned")
    parser.add_argument("--output", required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    rows = []
    with open(checked(args.input, args.sha256), encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream, strict=True)
        if list(reader.fieldnames or ()) != COLUMNS:
            raise Problem(f"{args.input} has columns {reader.fieldnames}, expected {COLUMNS}. Check the file.")
        try:
            for raw in reader:
                if None in raw or None in raw.values():
                    raise ValueError("fields are missing or too many")
                rows.append(epitome_row(raw))
        except (ValueError, csv.Error) as error:
            where = f"{args.input}, what begins at or before line {reader.line_num}"
            raise Problem(f"{where} is no row of EPITOME ({error}). Fetch the file again.") from error
    if not rows:
        raise Problem(f"{args.input} has no row. Fetch the file again.")
    write_jsonl(args.output, numbered(rows))
    log.info("rows %d, levels %s", len(rows), dict(sorted(Counter(row["level"] for row in rows).items())))


if __name__ == "__main__":
    main()
