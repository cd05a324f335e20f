"""Reads the answers that prompts ask for; an unusable answer is a ValueError and is asked again."""

import re
from dataclasses import dataclass

_FOUR_STEPS = re.compile(
    r"\s*Step 1\.[^\n]*\n\s*-\s*Reasoning:\s*(?P<issue>.+?)\s*"
    r"\n\s*Step 2\.[^\n]*\n\s*-\s*Reasoning:\s*(?P<points>.+?)\s*"
    r"\n\s*Step 3\.[^\n]*\n\s*-\s*Reasoning:\s*(?P<use>(?P<decision>Yes|No)\b.*?)\s*"
    r"\n\s*Step 4\.[^\n]*\n\s*-\s*Strategy:\s*(?P<strategy>[^\n]+?)\s*"
    r"\n\s*-\s*Response:\s*(?P<response>[^\n]+?)\s*",
    re.DOTALL,
)
_TWO_STEPS = re.compile(
    r"\s*Step 1\.[^\n]*\n\s*-\s*Reasoning:\s*(?P<issue>(?:(?!\n\s*Step \d\.).)+?)\s*"
    r"\n\s*Step 4\.[^\n]*\n\s*-\s*Strategy:\s*(?P<strategy>[^\n]+?)\s*"
    r"\n\s*-\s*Response:\s*(?P<response>[^\n]+?)\s*",
    re.DOTALL,
)
_STEP_3 = re.compile(r"^[ \t]*Step 3\.", re.MULTILINE)
_STEP_3_REASONING = re.compile(r"^[ \t]*Step 3\.[^\n]*\n\s*-\s*Reasoning:", re.MULTILINE)
_NO_STEPS_1_2 = "Step 1.\n-Reasoning: none\nStep 2.\n-Reasoning: none\n"


@dataclass(frozen=True)
class FourSteps:
    """A supporter's answer (paper A, section 5.3 and Table 18)."""

    issue: str
    points: str
    use_reference: bool
    use: str
    strategy: str  # as written; `known_strategy` maps it to a label
    response: str

    def reasoning(self) -> dict[str, str]:
        return {"issue": self.issue, "reference_points": self.points, "use": self.use}


def parse_four_steps(text: str) -> FourSteps:
    """The four blocks of an answer; ValueError when a block, the Yes/No or the one-line response is missing."""
    found = _FOUR_STEPS.fullmatch(text)
    if not found:
        raise ValueError("not four steps with reasoning, Yes/No, strategy and response")
    return FourSteps(
        issue=found["issue"],
        points=found["points"],
        use_reference=found["decision"] == "Yes",
        use=found["use"],
        strategy=found["strategy"],
        response=_said(found),
    )


def parse_two_steps(text: str) -> FourSteps:
    """An answer without a reference has Steps 1 and 4 alone (A-060); ValueError when a block is missing."""
    found = _TWO_STEPS.fullmatch(text)
    if not found:
        raise ValueError("not Steps 1 and 4 with reasoning, strategy and response")
    return FourSteps(found["issue"], "", False, "", found["strategy"], _said(found))


def _said(found: re.Match[str]) -> str:
    response = found["response"].strip(' "')
    if not response:
        raise ValueError("empty response")
    return response


def up_to_step_3(text: str) -> str:
    """The answer's Steps 1 and 2 and the heading of Step 3, ready for the opposite Yes/No (requirement A-052)."""
    heading = _STEP_3_REASONING.search(text)
    if not heading:
        raise ValueError("no Step 3 with reasoning")
    return text[: heading.end()]


def steps_1_and_2(text: str) -> str:
    """The answer before its Step 3."""
    return text[: _step_3(text)]


def steps_3_and_4(text: str, decision: str) -> str:
    """Steps 3 and 4 of an answer that may repeat Steps 1 and 2; ValueError unless Step 3 says `decision` (A-047)."""
    last = text[_step_3(text) :].strip()
    if parse_four_steps(_NO_STEPS_1_2 + last).use_reference != (decision == "Yes"):
        raise ValueError(f"Step 3 does not say {decision}")
    return last


def _step_3(text: str) -> int:
    found = _STEP_3.search(text)
    if not found:
        raise ValueError("no Step 3")
    return found.start()


def known_strategy(written: str, strategies: list[dict]) -> str | None:
    """The label that `written` names exactly (any case) or through an alias, or None (requirements A-002, A-048)."""
    wanted = written.strip().rstrip(".").casefold()
    for entry in strategies:
        if wanted in (name.casefold() for name in (entry["label"], *entry.get("aliases", ()))):
            return entry["label"]
    return None


def parse_values(text: str, labels: list[str]) -> list[str]:
    """The known labels of a comma separated answer, in order, once each; ValueError when none is known."""
    by_name = {label.casefold(): label for label in labels}
    named = [by_name.get(part.strip().rstrip(".").casefold()) for part in text.split(",")]
    found = list(dict.fromkeys(label for label in named if label))
    if not found:
        raise ValueError("no known value named")
    return found


def parse_text(text: str) -> str:
    """The answer as one line of text; ValueError when it is empty."""
    line = " ".join(text.split())
    if not line:
        raise ValueError("empty answer")
    return line
