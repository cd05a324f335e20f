"""The rating pages: static HTML that loads nothing from elsewhere (paper B, figures 8 and 9; requirement B-022).

A page holds what raters must see: conversations up to the reply, and candidates by codes that tell no level, sorted by
these. The order that a rater sees is drawn in the page, from the seed and the rater's name.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from scripts.evad.items import codes_of

_ENVIRONMENT = Environment(undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True)


@dataclass(frozen=True)
class Templates:
    """The texts of the pages' parts."""

    introduction: str
    ranking: str
    style: str
    script: str


def read_templates(introduction: str, ranking: str, style: str, script: str) -> Templates:
    def text(path: str) -> str:
        with open(path, encoding="utf-8") as stream:
            return stream.read()

    return Templates(text(introduction), text(ranking), text(style), text(script))


def introduction_page(templates: Templates, levels: Sequence[dict], groups: int, people: int, beside: str) -> str:
    """What raters read first: the levels, how to rank, and where their page is (in the folder `beside`)."""
    return _ENVIRONMENT.from_string(templates.introduction).render(
        style=Markup(templates.style), levels=levels, groups=range(1, groups + 1), people=people, beside=beside
    )


def ranking_page(templates: Templates, items: Sequence[dict], group: int, seed: int, beside: str, example: bool) -> str:
    """The page of a group, the introduction in the folder `beside`; an `example` begins at once and keeps nothing."""
    shown = [
        {
            "id": item["item_id"],
            "history": [{"role": turn["role"], "text": turn["text"]} for turn in item["history"]],
            "candidates": sorted(
                ({"code": code, "text": item["candidates"][level]} for code, level in codes_of(item, seed).items()),
                key=lambda candidate: candidate["code"],
            ),
        }
        for item in items
    ]
    # What the browser has kept of another build's items is not taken for these.
    study = hashlib.sha256(json.dumps([seed, shown]).encode()).hexdigest()[:12]
    data = {"study": study, "group": group, "seed": seed, "example": example, "items": shown}
    parts = {"style": Markup(templates.style), "script": Markup(templates.script), "data": _embedded(data)}
    return _ENVIRONMENT.from_string(templates.ranking).render(group=group, beside=beside, **parts)


def _embedded(data: dict) -> Markup:
    """JSON that may stand in a script element: no tag can begin in it."""
    return Markup(json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"))
