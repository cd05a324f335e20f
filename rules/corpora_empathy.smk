# Paper B's corpora about empathy: EPITOME and EmpatheticDialogues as rows of one form.


rule normalise_epitome:
    """A mechanism of EPITOME: posts and replies with a degree (paper B)."""
    input:
        raw=lambda w: raw(f"epitome_{w.mechanism}"),
    output:
        rows="<results>/corpora/epitome/{mechanism}.jsonl",
    log:
        text="<logs>/corpora/normalise_epitome.{mechanism}.log",
        run="<logs>/corpora/normalise_epitome.{mechanism}.json",
    benchmark:
        "<benchmarks>/corpora/normalise_epitome.{mechanism}.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("corpora.normalise_epitome", "ingest"),
        sha256=lambda w: pinned(f"epitome_{w.mechanism}"),
    message:
        "corpora: EPITOME {wildcards.mechanism}"
    shell:
        door("corpora.normalise_epitome --input {input.raw:q} --sha256={params.sha256} --output {output.rows:q}")


rule normalise_empathetic:
    """EmpatheticDialogues in the dialogue format, one split (paper B)."""
    input:
        raw=lambda w: raw(f"empathetic_{w.split}"),
    output:
        dialogues="<results>/corpora/empathetic/{split}.jsonl",
    log:
        text="<logs>/corpora/normalise_empathetic.{split}.log",
        run="<logs>/corpora/normalise_empathetic.{split}.json",
    benchmark:
        "<benchmarks>/corpora/normalise_empathetic.{split}.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("corpora.normalise_empathetic", "ingest"),
        sha256=lambda w: pinned(f"empathetic_{w.split}"),
    message:
        "corpora: EmpatheticDialogues {wildcards.split}"
    shell:
        door(
            "corpora.normalise_empathetic --input {input.raw:q} --split {wildcards.split} --sha256={params.sha256}"
            " --output {output.dialogues:q}"
        )
