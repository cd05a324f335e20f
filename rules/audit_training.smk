# How the local models were trained.
REFERENCES = [name for name in ("value", "emotion") if any(SYSTEMS[row]["reference"] == name for row in ROWS)]
TRAINED = [DETECTOR]
TRAINED += [f"<results>/reference/{C['reference']['setting']}/{name}/sft_adapter" for name in REFERENCES]
TRAINED += [reference_adapter(name) for name in REFERENCES]
TRAINED += [adapter_of(row) for row in ROWS if adapter_of(row)]


localrules:
    plot_training,


rule plot_training:
    """Losses of every training run behind the tables, and the epochs kept."""
    input:
        trained=list(dict.fromkeys(TRAINED)),
    output:
        figure=report("<results>/training.svg", caption="../resources/captions/training.rst", category="Audit"),
    log:
        text="<logs>/audit/plot_training.log",
        run="<logs>/audit/plot_training.json",
    benchmark:
        "<benchmarks>/audit/plot_training.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        code=signature("audit.plot_training", "metrics"),
        evidence=C["evidence"],
    message:
        "audit: training curves"
    shell:
        door("audit.plot_training --trained {input.trained:q} --evidence {params.evidence} --output {output.figure:q}")
