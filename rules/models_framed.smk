# Local models that only some tables ask: whose checkpoint they are, and how they are made ready to chat.
rule frame_model:
    """A checkpoint with the frame of its tuning as its chat template."""
    input:
        model=lambda w: checkpoint(w.framed),
    output:
        folder=directory("<results>/models/framed/{framed}"),
    log:
        text="<logs>/models/frame_model.{framed}.log",
        run="<logs>/models/frame_model.{framed}.json",
    benchmark:
        "<benchmarks>/models/frame_model.{framed}.tsv"
    conda:
        "../envs/train.yaml"
    params:
        code=signature("models.frame_model", "train"),
    message:
        "models: chat template of {wildcards.framed}"
    shell:
        door("models.frame_model --model {input.model:q} --output {output.folder:q}")
