"""Tables 15 to 18, 25, 26, 28 and 30 to 32 of paper A: prompts, from the templates in use (requirement A-081).

The first template is the one that the paper's table prints, in our own words; further ones are variants of it that the
build has. A slot is shown as `{slot}`, a field of its entries as `{slot.field}`; what a template repeats for
every entry of a slot is shown once. The page names each template's file and sha256.

python -m scripts tables.render_prompts --table 16 --title "reference generator" --prompts resources/prompts/A-RG.md
resources/prompts/A-RG-E.md --output results/table16.md
"""

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path

from scripts.provenance.errors import Problem
from scripts.text.files import write_text
from scripts.text.prompts import Prompt, load_prompt


class Slot:
    """A slot's stand-in in a template: its name in braces, itself as its only entry, fields as `{slot.field}`."""

    def __init__(self, name: str):
        self._name = name

    def __str__(self) -> str:
        return f"{{{self._name}}}"

    def __iter__(self):
        yield self

    def __getattr__(self, field: str) -> "Slot":
        if field.startswith("_"):  # what Python and Jinja ask any object for
            raise AttributeError(field)
        return Slot(f"{self._name}.{field}")

    def __getitem__(self, field: str) -> "Slot":
        return Slot(f"{self._name}.{field}")


def shown(prompt: Prompt) -> list[tuple[str, str]]:
    """(role, text) of each section with its slots in braces; a template that Jinja cannot read is a Problem."""
    from jinja2 import Environment, StrictUndefined, TemplateError

    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)
    environment.filters["length"] = lambda slot: f"{{number of {str(slot).strip('{}')}}}"
    slots = {name: Slot(name) for name in prompt.slots}
    try:
        return [(role, environment.from_string(text).render(slots).strip()) for role, text in prompt.sections]
    except TemplateError as error:
        raise Problem(f"prompt {prompt.id} cannot be rendered: {error}. Mend the template.") from error


def section(path: str) -> str:
    """A template's heading, file, sha256, slots and messages."""
    prompt = load_prompt(path)
    digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    slots = ", ".join(f"`{{{name}}}`" for name in prompt.slots)
    messages = "".join(f"{role}:\n\n````text\n{text}\n````\n\n" for role, text in shown(prompt))
    return f"## {prompt.id}\n\nTemplate `{path}`, sha256 `{digest}`. Slots: {slots}.\n\n{messages}"


def page(table: str, title: str, paths: Sequence[str], printed: int = 1) -> str:
    """The table; of the templates those after the `printed` ones are variants."""
    sections = [section(path) for path in paths]
    shown_first, others = "".join(sections[:printed]), "".join(sections[printed:])
    more = "Variants, which the paper's table does not show:\n\n" if others else ""
    text = f"# Table {table}: {title}\n\nOur own words, from the templates of this run.\n\n{shown_first}{more}{others}"
    return text.rstrip() + "\n"


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A prompt table of paper A.", allow_abbrev=False)
    parser.add_argument("--table", required=True, help="its number")
    parser.add_argument("--title", required=True)
    parser.add_argument("--prompts", required=True, nargs="+", help="templates, the printed one first")
    parser.add_argument("--output", required=True, help=".md")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    write_text(args.output, page(args.table, args.title, args.prompts))


if __name__ == "__main__":
    main()
