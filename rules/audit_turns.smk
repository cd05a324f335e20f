# What simulated dialogues and the reference generator's preference pairs are made of.
TALKS = [step.artifact for step in steps_of(settings_of(C), "<results>") if step.rule == "dialogues.simulate_dialogues"]
PAIR_SETS = [
    (setting, split) for setting in SETTINGS for split in dict.fromkeys(["train", C["reference"]["select_on"]])
]


localrules:
    tabulate_reference_pairs,


rule tabulate_turns:
    """Length of supporters' turns, exchanges and use of references, of every simulated dialogue."""
    input:
        dialogues=list(dict.fromkeys(TALKS)),
    output:
        table=report("<results>/audit/turns.csv", caption="../resources/captions/turns.rst", category="Audit"),
    log:
        text="<logs>/audit/tabulate_turns.log",
        run="<logs>/audit/tabulate_turns.json",
    benchmark:
        "<benchmarks>/audit/tabulate_turns.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("audit.tabulate_turns", "ingest"),
        resamples=C["stats"]["resamples"],
        seed=C["stats"]["seed"],
    message:
        "audit: supporters' turns"
    shell:
        door(
            "audit.tabulate_turns --dialogues {input.dialogues:q} --resamples {params.resamples} --seed {params.seed}"
            " --output {output.table:q}"
        )


rule tabulate_reference_pairs:
    """Where threads are lost on their way to the reference generator's preference pairs."""
    input:
        counts=[f"<results>/reference/{setting}/value/dpo/{split}_counts.json" for setting, split in PAIR_SETS],
    output:
        table=report(
            "<results>/audit/reference_pairs.csv",
            caption="../resources/captions/reference_pairs.rst",
            category="Audit",
        ),
    log:
        text="<logs>/audit/tabulate_reference_pairs.log",
        run="<logs>/audit/tabulate_reference_pairs.json",
    benchmark:
        "<benchmarks>/audit/tabulate_reference_pairs.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("audit.tabulate_reference_pairs", "ingest"),
        sets=canonical(PAIR_SETS),
    message:
        "audit: pairs of the reference generator"
    shell:
        door(
            "audit.tabulate_reference_pairs --sets {params.sets:q} --counts {input.counts:q} --output {output.table:q}"
        )
