# Which systems are the rows of paper B's tables and figures, what they are called there, and whose files they read.
EVA_DATASETS = {"esconv": "ESConv", "empathetic": "ED"}  # as printed
EVA_SCORED = "<results>/scoring/{}/{}/{}"


def eva_row(system, table):
    """A system as a row: as printed, who stands behind it, or why nobody does."""
    entry, selected = EVA["systems"][system], system in eva_systems(table)
    missing = "not_selected" if not selected else "needs_ratings" if waits(system) else ""
    return dict(
        model=entry["label"],
        variant=entry["variant"],
        responders=[] if missing else responders(system),
        aligned=aligned(system),
        missing=missing,
    )


def eva_rows(systems, table):
    return canonical([eva_row(system, table) for system in systems])


def eva_files(systems, table, file):
    """A file of stage scoring of every responder behind the systems."""
    scored = EVA_SETS[f"table{table}"]
    behind = [name for system in systems for name in eva_row(system, table)["responders"]]
    return [EVA_SCORED.format(scored, name, file) for name in behind]


def compared_eva(file):
    """The files of a table's systems, of the table that is asked for."""
    return lambda w: eva_files(eva_systems(w.number), w.number, file)


# ---- the figures
PRELIMINARY = ["mistral", "gpt4o"]  # section 2
PAIRS_OF_FIGURE = {
    **{"6": ["mistral", "mistral_eva"], "7": ["mistral", "mistral_eva"]},
    **{"10": ["qwen2", "qwen2_eva"], "12": ["qwen2", "qwen2_eva"]},
    **{"11": ["llama", "llama_eva"], "13": ["llama", "llama_eva"]},
}
REPETITION_FIGURES = ["6", "10", "11"]
TYPE_FIGURES = {"3": PRELIMINARY} | {number: PAIRS_OF_FIGURE[number] for number in ("7", "12", "13")}
PHRASES = C["scoring"]["phrases"]
SHOWN_ORDER = 4  # words of the phrases that the paper shows
FIGURE = " --raters {params.raters} --run {params.run} --evidence {params.evidence} --output {output.figure:q}"
FIGURE += " --table {output.table:q}"


def pair_of(w):
    return PAIRS_OF_FIGURE[w.number]


# ---- the examples
EXAMPLES = ["mistral", "mistral_eva"]
JUDGED_PAIR = ["mistral_eva", "mistral"]  # a win is the first one's
JUDGED_THERE = PEOPLE["pairwise"]["systems"] == JUDGED_PAIR and not any(
    eva_row(name, "2")["missing"] for name in JUDGED_PAIR
)
QUARTILE_TURNS = 4  # a dialogue with fewer leaves quartiles empty


# ---- what there is
OF_EVA_SYSTEMS = [
    *expand("<results>/eva/table{number}.csv", number=[*EVA_TABLES, 9, 13, 14]),
    *expand("<results>/eva/figure{number}.svg", number=[1, 2, 5, *REPETITION_FIGURES, *TYPE_FIGURES]),
    *expand("<results>/eva/{name}.csv", name=["ngram_sweep", "agreement", "prelim_comfort", "claims_b"]),
]
EVA_STATIC = [  # needs no system
    *expand("<results>/eva/table{number}.csv", number=[1, 4, 5, 7]),
    *expand("<results>/eva/table{number}.md", number=[3, 6]),
    *expand("<results>/eva/figure{number}", number=["4.svg", "8.html", "9.html"]),
    "<results>/eva/human_reference.csv",
]
EVA_CAPTIONS = {  # of tables and figures that share a rule
    **dict.fromkeys([f"table{number}" for number in EVA_TABLES], "eva_systems"),
    **dict.fromkeys([f"figure{number}" for number in REPETITION_FIGURES], "eva_repetition"),
    **dict.fromkeys([f"figure{number}" for number in TYPE_FIGURES], "eva_types"),
    **{"table4": "eva_phrases", "table5": "eva_phrases", "table3": "eva_prompts", "table6": "eva_prompts"},
    **{"prelim_comfort": "eva_comfort", "human_reference": "human_reference", "claims_b": "claims_b"},
}
