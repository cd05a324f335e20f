# What asking models will cost, and what it did (docs/cost.md).
ASKED_PROMPTS = ["A-SIT", "A-ALN", "A-ELAB", "A-DEMO", "A-SEEK", "A-SUP", "A-SUP-E", "A-SUP-ALT"]
ASKED_PROMPTS += ["A-SUP-0", "A-SUP-R", "A-SUP-V", "A-REPH"]
ASKED_PROMPTS += ["A-EMO", "A-SKILL", "A-INT", "A-VAL", "A-VAL1", "A-LOW1", "A-LOW2"]

ASKED_PROMPTS += ["A-TVD", "A-TVD-R", "A-TVD-V", "A-RGJ", "A-INT-FS", "A-SEEK-0", "A-SIM"]
ASKED_PROMPTS += ["B-L4", "B-HUM-RANK", "B-BASE", "B-HUM-COMF", "B-HUM-PAIR", "B-HUM-VALID"]


localrules:
    estimate_cost,
    tabulate_cost,


rule estimate_cost:
    """Calls, tokens and USD of the whole build by rule and model, before anything is asked."""
    input:
        estimates="resources/estimates.csv",
        lengths="resources/lengths.csv",
        prices="resources/prices.csv",
        prompts=[prompt(name) for name in ASKED_PROMPTS],
        values=VALUES,
        problems=PROBLEMS,
        strategies=STRATEGIES,
        criteria=CRITERIA,
        emotions=EMOTIONS,
    output:
        table=report("<results>/audit/estimate.csv", caption="../resources/captions/estimate.rst", category="Audit"),
    log:
        text="<logs>/audit/estimate_cost.log",
        run="<logs>/audit/estimate_cost.json",
    benchmark:
        "<benchmarks>/audit/estimate_cost.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("audit.estimate_cost", "ingest"),
        column="offline" if OFFLINE else "published",
        settings=canonical(settings_of(C)),
    message:
        "audit: estimated cost"
    shell:
        door(
            "audit.estimate_cost --estimates {input.estimates:q} --lengths {input.lengths:q} --column {params.column}"
            " --prices {input.prices:q} --settings {params.settings:q} --prompts {input.prompts:q}"
            " --values {input.values:q} --problems {input.problems:q} --strategies {input.strategies:q}"
            " --criteria {input.criteria:q} --emotions {input.emotions:q} --output {output.table:q}"
        )


rule tabulate_cost:
    """What was paid, from the journals as they are now; no target waits for it, as answers come from every job."""
    input:
        journals=journals_now,
        prices="resources/prices.csv",
    output:
        table=report("<results>/audit/cost.csv", caption="../resources/captions/cost.rst", category="Audit"),
    log:
        text="<logs>/audit/tabulate_cost.log",
        run="<logs>/audit/tabulate_cost.json",
    benchmark:
        "<benchmarks>/audit/tabulate_cost.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("audit.tabulate_cost", "ingest"),
        folder=JOURNALS,
    message:
        "audit: cost by the journals"
    shell:
        door(
            "audit.tabulate_cost --folder {params.folder:q} --journals {input.journals:q} --prices {input.prices:q}"
            " --output {output.table:q}"
        )
