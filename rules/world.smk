# The offline world's raw inputs (docs/world.md): the demo's, and what the laptop run lacks.
COMPACT = ("A-TVD", "A-RG", "A-RG-E", "A-SUP", "A-SUP-E", "A-SUP-PLAIN")  # prompts of the local roles


rule set_effects:
    """The world with its planted effects scaled (config: world.effects; 0 is the null world)."""
    input:
        world=C["world"]["file"],
    output:
        world=WORLD,
    log:
        text="<logs>/world/set_effects.log",
        run="<logs>/world/set_effects.json",
    benchmark:
        "<benchmarks>/world/set_effects.tsv"
    priority: 100
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("world.set_effects", "ingest"),
        scale=C["world"]["effects"],
    message:
        "world: planted effects"
    shell:
        door("world.set_effects --world {input.world:q} --scale {params.scale} --output {output.world:q}")


rule write_corpora:
    """The public corpora in their upstream forms."""
    input:
        world=WORLD,
    output:
        **world_files("esconv", "extes", "psych8k", "valueeval"),
    log:
        text="<logs>/world/write_corpora.log",
        run="<logs>/world/write_corpora.json",
    benchmark:
        "<benchmarks>/world/write_corpora.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("world.write_corpora", "ingest"),
        folder=lambda w, output: os.path.commonpath(output),
        counts=canonical(C["world"]["corpora"]),
        seed=C["seed"],
    message:
        "world: corpora"
    shell:
        door(
            "world.write_corpora --world {input.world:q} --counts {params.counts:q} --seed {params.seed}"
            " --output {params.folder:q}"
        )


rule write_dumps:
    """Reddit dumps with the real field shapes."""
    input:
        world=WORLD,
    output:
        **world_files("reddit"),
    log:
        text="<logs>/world/write_dumps.log",
        run="<logs>/world/write_dumps.json",
    benchmark:
        "<benchmarks>/world/write_dumps.tsv"
    priority: 50
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("world.write_dumps", "ingest"),
        posts=C["world"]["posts"],
        seed=C["seed"],
    message:
        "world: Reddit dumps"
    shell:
        door(
            "world.write_dumps --world {input.world:q} --posts {params.posts} --seed {params.seed}"
            " --submissions {output.reddit_submissions:q} --comments {output.reddit_comments:q}"
        )


rule write_pretraining:
    """Documents that the tiny language model is trained on (docs/tiny_base.md)."""
    input:
        [prompt(name) for name in COMPACT],
        world=WORLD,
        strategies=STRATEGIES,
        values=VALUES,
    output:
        documents="<results>/world/pretraining.jsonl",
    log:
        text="<logs>/world/write_pretraining.log",
        run="<logs>/world/write_pretraining.json",
    benchmark:
        "<benchmarks>/world/write_pretraining.tsv"
    priority: 100
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("world.write_pretraining", "ingest"),
        prompts=lambda w, input: os.path.dirname(input[0]),
        documents=C["world"]["documents"],
        held_out=C["world"]["held_out"],
        seed=C["seed"],
    message:
        "world: documents of the tiny language model"
    shell:
        door(
            "world.write_pretraining --world {input.world:q} --prompts {params.prompts:q}"
            " --strategies {input.strategies:q} --values {input.values:q} --documents {params.documents}"
            " --held-out {params.held_out} --seed {params.seed} --output {output.documents:q}"
        )


rule write_chats:
    """Conversations that the tiny chat model is trained on (paper B; docs/tiny_base.md)."""
    input:
        world=WORLD,
        base=prompt("B-BASE"),
        reasoned=prompt("B-COT"),
        levels=LEVELS,
    output:
        chats="<results>/world/chats.jsonl",
    log:
        text="<logs>/world/write_chats.log",
        run="<logs>/world/write_chats.json",
    benchmark:
        "<benchmarks>/world/write_chats.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("world.write_chats", "ingest"),
        conversations=C["tiny"]["chat"]["conversations"],
        seed=C["seed"],
    message:
        "world: conversations of the tiny chat model"
    shell:
        door(
            "world.write_chats --world {input.world:q} --base-prompt {input.base:q} --reasoned-prompt {input.reasoned:q}"
            " --levels {input.levels:q} --count {params.conversations} --seed {params.seed} --output {output.chats:q}"
        )


rule write_labelled:
    """Sentences with a valence, for the tiny sentiment model."""
    input:
        world=WORLD,
    output:
        rows="<results>/world/labelled.jsonl",
    log:
        text="<logs>/world/write_labelled.log",
        run="<logs>/world/write_labelled.json",
    benchmark:
        "<benchmarks>/world/write_labelled.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("world.write_labelled", "ingest"),
        rows=C["world"]["labelled"],
        seed=C["seed"],
    message:
        "world: sentences with a valence"
    shell:
        door(
            "world.write_labelled --world {input.world:q} --rows {params.rows} --seed {params.seed}"
            " --output {output.rows:q}"
        )


rule write_empathy:
    """EPITOME and EmpatheticDialogues in their upstream forms (paper B)."""
    input:
        world=WORLD,
    output:
        **world_files("epitome", "empathetic"),
    log:
        text="<logs>/world/write_empathy.log",
        run="<logs>/world/write_empathy.json",
    benchmark:
        "<benchmarks>/world/write_empathy.tsv"
    conda:
        "../envs/ingest.yaml"
    params:
        code=signature("world.write_empathy", "ingest"),
        folder=lambda w, output: os.path.commonpath(output),
        counts=canonical(C["world"]["empathy"]),
        seed=C["seed"],
    message:
        "world: EPITOME and EmpatheticDialogues"
    shell:
        door(
            "world.write_empathy --world {input.world:q} --counts {params.counts:q} --seed {params.seed}"
            " --output {params.folder:q}"
        )
