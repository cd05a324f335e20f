"""Prompt templates: one file a prompt, front matter and Jinja sections named by chat role."""

import functools
import re
from dataclasses import dataclass
from pathlib import Path

import yaml
from jinja2 import Environment, StrictUndefined, Template, TemplateError

from scripts.provenance.errors import Problem

_ENVIRONMENT = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)
_SECTION = re.compile(r"^\[(system|user|assistant)\]\n", re.MULTILINE)


@functools.cache
def _template(text: str) -> Template:
    """Compiled once: compiling costs milliseconds, rendering microseconds."""
    return _ENVIRONMENT.from_string(text)


@dataclass(frozen=True)
class Prompt:
    """A chat template: `sections` are (role, Jinja text), `slots` the names it must be given."""

    id: str
    slots: tuple[str, ...]
    sections: tuple[tuple[str, str], ...]

    def messages(self, **values: object) -> list[dict[str, str]]:
        """The rendered chat messages; a missing or unknown slot is a Problem."""
        if set(values) != set(self.slots):
            wrong = sorted(set(values) ^ set(self.slots))
            raise Problem(
                f"prompt {self.id}: slots {wrong} do not match its front matter. Give exactly {list(self.slots)}."
            )
        try:
            return [{"role": role, "content": _template(text).render(**values).strip()} for role, text in self.sections]
        except TemplateError as error:
            raise Problem(f"prompt {self.id} cannot be rendered: {error}. Mend the template.") from error


def load_prompt(path: str | Path) -> Prompt:
    """The template in `path`; a file without front matter or sections is a Problem."""
    text = Path(path).read_text(encoding="utf-8")
    parts = text.split("---\n", 2)
    if len(parts) != 3 or parts[0]:
        raise Problem(f"{path} has no front matter. Begin it with '---', id, slots, answer, '---'.")
    head = yaml.safe_load(parts[1])
    pieces = _SECTION.split(parts[2])
    sections = tuple(zip(pieces[1::2], pieces[2::2], strict=True))
    if not sections or pieces[0].strip():
        raise Problem(f"{path} has no [system] or [user] section. Put the text under such a line.")
    return Prompt(head["id"], tuple(head["slots"] or ()), sections)
