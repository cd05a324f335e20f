"""Where in a dialogue a supporter turn stands: one definition for EVAD and for EVAEval (paper B, section 4.2)."""

QUARTILES = 4


def quartile(place: int, count: int) -> int:
    """Quartile, 1 to 4, of supporter turn `place` (from 1) of `count`: ceil(4 place / count) (I-B02).

    In a dialogue of fewer than four supporter turns some quartiles stay empty: a single turn stands in the last one.
    """
    if not 1 <= place <= count:
        raise ValueError(f"turn {place} of {count}")
    return -(-QUARTILES * place // count)


def replies(turns: list[dict]) -> list[int]:
    """Places in merged `turns` of the supporter turns that count: those that answer a seeker, no first greeting."""
    first = next((place for place, turn in enumerate(turns) if turn["role"] == "seeker"), len(turns))
    return [place for place, turn in enumerate(turns) if turn["role"] == "supporter" and place > first]
