# Which systems are the rows of the tables that compare them, and what they are called there.
ABLATED = "GPT-4o-mini"  # as table 2 prints it, and what each of its rows is given beside the history
GIVEN_LABEL = {
    "none": "",
    "targets_only": " + Target values",
    "reference_only": " + Reference",
    "value": " + Both",
}
INSTEAD_LABEL = {"none": "original", "next_strategy": "Next strategy", "others_experience": "Others' experience"}


def as_printed(name):
    """Category and model as table 3 prints them."""
    return [SYSTEMS[name]["category"], SYSTEMS[name]["label"]]


def ablated(name):
    """Model as table 2 prints it."""
    return [ABLATED + GIVEN_LABEL.get(SYSTEMS[name]["reference"], f" + {SYSTEMS[name]['reference']}")]


def by_rollouts(name):
    """Model as tables 20 to 23 print it: a DPO model is called by whose rollouts it learnt from."""
    found = grid_point(name)
    label = SYSTEMS[name]["label"]
    return f"{label} ({'SFT' if is_local(found[0]) else 'GPT'})" if found else label


def point_words(point):
    """h, gamma and T of a grid point as the tables print them."""
    return [str(point["h"]).capitalize(), f"{point['gamma']:g}", f"{point['t']:g}"]


def at_point(name):
    """Category, model, h, gamma and T as tables 20 and 21 print them."""
    found = grid_point(name)
    point = C["points"][found[1]] if found else None
    return [SYSTEMS[name]["category"], by_rollouts(name), *(point_words(point) if found else ["", "", ""])]


def undisclosed(name):
    """Model and what takes the place of its self-disclosures, as table 22 prints them."""
    return [by_rollouts(name), INSTEAD_LABEL[SYSTEMS[name]["self_disclosure"]]]


def block(reference, rows, label=""):
    """Rows (keys by system) that are tested against one reference model."""
    systems = [{"id": name, "keys": keys} for name, keys in rows.items()]
    return {"reference": reference, "label": label, "systems": systems}


def rows_of(blocks):
    """The systems of a table, each once."""
    return list(dict.fromkeys(row["id"] for part in blocks for row in part["systems"]))


def ratios_of(blocks):
    """The win ratios behind a table, block by block."""
    return [
        f"<results>/judging/values/{part['reference']}/{row['id']}.jsonl"
        for part in blocks
        for row in part["systems"]
        if row["id"] != part["reference"]
    ]


def rated(blocks):
    """Inputs of a table by skills and intensity."""
    return dict(
        dialogues=expand("<results>/dialogues/{system}/test.jsonl", system=rows_of(blocks)),
        skills=expand("<results>/judging/skills/{system}.jsonl", system=rows_of(blocks)),
        intensity=expand("<results>/judging/intensity/{system}.jsonl", system=rows_of(blocks)),
    )


def compared(blocks):
    """Params of a table that compares systems."""
    return dict(blocks=canonical(blocks), resamples=C["stats"]["resamples"], seed=C["stats"]["seed"])


SELECT, REFERENCES = C["select"], C["judging"]["tested_against"]
UNCHANGED = list(dict.fromkeys(SYSTEMS[name]["of"] for name in SELECT["disclosure"]))
TABLE2 = [block(REFERENCES["components"], {name: ablated(name) for name in SELECT["components"]})]
TABLE20 = [block(REFERENCES["grid"], {name: at_point(name) for name in SELECT["grid"]})]
TABLE21 = [
    block(reference, {name: at_point(name) for name in SELECT["compared"]}, by_rollouts(reference))
    for reference in REFERENCES["compared"]
]
TABLE22, TABLE23 = [], []
for base in UNCHANGED:
    changed = [name for name in SELECT["disclosure"] if SYSTEMS[name]["of"] == base]
    TABLE22.append(block(base, {name: undisclosed(name) for name in [base, *changed]}))
    TABLE23.append(block(base, {name: undisclosed(name)[1:] for name in changed}, by_rollouts(base)))
