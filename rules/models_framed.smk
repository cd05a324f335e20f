# Local models that only some tables ask: whose checkpoint they are, and how they are made ready to chat.
rule frame_model:
    """A checkpoint with the frame of its tuning as its chat template."""
    input:
        model=lambda w: checkpoint(w.framed),
        template=lambda w: template(C["models"][w.framed]["template"]),
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
        door("models.frame_model --model {input.model:q} --template {input.template:q} --output {output.folder:q}")


rule train_tiny_chat:
    """The demo's chat model of paper B: the tiny base gone on with on conversations, said in several templates."""
    input:
        base="<results>/models/tiny/llama",
        chats="<results>/world/chats.jsonl",
        templates=[template(name) for name in C["tiny"]["chat"]["templates"]],
    output:
        folder=directory("<results>/models/tiny/mistral"),
    log:
        text="<logs>/models/train_tiny_chat.log",
        run="<logs>/models/train_tiny_chat.json",
    benchmark:
        "<benchmarks>/models/train_tiny_chat.tsv"
    priority: 80
    conda:
        "../envs/train.yaml"
    params:
        code=signature("models.train_tiny_chat", "train"),
        steps=C["tiny"]["chat"]["steps"],
        size=C["tiny"]["chat"]["batch_size"],
        rate=C["tiny"]["chat"]["learning_rate"],
        seed=C["seed"],
    message:
        "models: tiny chat model"
    shell:
        keeping_door(
            "models.train_tiny_chat --base {input.base:q} --chats {input.chats:q} --templates {input.templates:q}"
            " --steps {params.steps} --batch-size {params.size} --learning-rate {params.rate} --seed {params.seed}"
            " --output {output.folder:q}"
        )
