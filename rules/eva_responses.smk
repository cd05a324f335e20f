# What paper B's systems answer at every supporter turn of the scored sets (its section 6; B-031).
rule generate_responses:
    """Responses of local weights, greedy, from the real history."""
    input:
        prompt=lambda w: eva_prompt(eva_entry(w)),
        levels=lambda w: eva_levels(eva_entry(w)),
        base=lambda w: eva_weights(w)[0],
        adapter=lambda w: eva_weights(w)[1],
        turns="<results>/scoring/{scored}/human/responses.jsonl",
    output:
        responses="<results>/eva/responses/{scored}/{speaker}.jsonl",
    log:
        text="<logs>/eva/generate_responses.{scored}.{speaker}.log",
        run="<logs>/eva/generate_responses.{scored}.{speaker}.json",
    benchmark:
        "<benchmarks>/eva/generate_responses.{scored}.{speaker}.tsv"
    conda:
        f"../envs/{EVA_ENV}.yaml"
    resources:
        **gpu_inference(lambda w: eva_entry(w)["model"]),
    params:
        code=signature("eva.generate_responses", EVA_ENV),
        speaks=lambda w: C["models"][eva_entry(w)["model"]]["backend"],
        adapter=lambda w, input: f"--adapter {shlex.quote(str(input.adapter))}" if input.adapter else "",
        told=lambda w: eva_told(eva_entry(w)),
    message:
        f"eva: responses of {{wildcards.speaker}} on {{wildcards.scored}}{ON_GPU}"
    shell:
        keeping_door(
            "eva.generate_responses --turns {input.turns:q} --prompt {input.prompt:q} {params.told}"
            " --base {input.base:q} --base-backend {params.speaks} {params.adapter} --output {output.responses:q}"
        )


rule ask_responses:
    """Responses of a hosted model."""
    input:
        lambda w: world_of(EVA["systems"][w.asked_system]["model"]),
        prompt=lambda w: eva_prompt(EVA["systems"][w.asked_system]),
        levels=lambda w: eva_levels(EVA["systems"][w.asked_system]),
        turns="<results>/scoring/{scored}/human/responses.jsonl",
    output:
        responses="<results>/eva/responses/{scored}/{asked_system}.jsonl",
    log:
        text="<logs>/eva/ask_responses.{scored}.{asked_system}.log",
        run="<logs>/eva/ask_responses.{scored}.{asked_system}.json",
    benchmark:
        "<benchmarks>/eva/ask_responses.{scored}.{asked_system}.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        code=signature("eva.ask_responses", "metrics"),
        backend=lambda w: model_backend(EVA["systems"][w.asked_system]["model"]) or "none",
        model=lambda w: model_entry(EVA["systems"][w.asked_system]["model"]),
        told=lambda w: eva_told(EVA["systems"][w.asked_system]),
    message:
        "eva: responses of {wildcards.asked_system} on {wildcards.scored}"
    shell:
        door(
            "eva.ask_responses --turns {input.turns:q} --prompt {input.prompt:q} {params.told} --model {params.model:q}"
            " --output {output.responses:q}"
        )
