# Simulated dialogues of any supporter system with the seeker simulator (paper A, sections 5.3, 5.4, 6.1).
SYSTEMS = resolved(C["systems"])


SPEAKING = dict(
    seeker_prompt=prompt("A-SEEK"), values=VALUES, strategies=STRATEGIES, example="<results>/personas/example.json"
)
SPEAKING_PARAMS = dict(
    backends=speaking_backends,
    options=speaking_options,
    form=lambda w: system(w)["form"],
    disclosure=lambda w: system(w)["self_disclosure"],
    supporter=lambda w: '{"backend": "local"}' if is_local(w.system) else model_entry(system(w)["supporter"]),
    seeker=model_entry(C["roles"]["seeker"]),
    sentiment=C["models"]["sentiment"]["kind"],
    sampling=speaking_samplings,
    history=canonical(C["dialogues"]["history"]),
    top=C["targets"]["top"],
    exchanges=C["dialogues"]["max_exchanges"],
    gratitude=canonical(C["dialogues"]["gratitude"]),
    end_score=C["dialogues"]["score"],
)
SPEAKING_COMMAND = (
    " --system {wildcards.system} --form {params.form} --self-disclosure {params.disclosure}"
    " --supporter {params.supporter:q} --seeker {params.seeker:q}"
    " {params.options} --seeker-prompt {input.seeker_prompt:q} --values {input.values:q}"
    " --strategies {input.strategies:q} --example {input.example:q} --sentiment-kind {params.sentiment}"
    " --sampling {params.sampling:q} --history {params.history:q} --top-values {params.top}"
    " --max-exchanges {params.exchanges} --gratitude {params.gratitude:q} --end-score {params.end_score}"
    " --output {output.dialogues:q}"
)


rule simulate_dialogues:
    """One dialogue a persona; train and dev dialogues carry alternatives."""
    input:
        unpack(speaking_inputs),
        speaking_worlds,
        **SPEAKING,
        personas="<results>/personas/{split}.jsonl",
    output:
        dialogues="<results>/dialogues/{system}/{split}.jsonl",
    log:
        text="<logs>/dialogues/simulate_dialogues.{system}.{split}.log",
        run="<logs>/dialogues/simulate_dialogues.{system}.{split}.json",
    benchmark:
        "<benchmarks>/dialogues/simulate_dialogues.{system}.{split}.tsv"
    conda:
        f"../envs/{SPEAKING_ENV}.yaml"
    resources:
        **gpu_inference(),
    params:
        **SPEAKING_PARAMS,
        code=signature("dialogues.simulate_dialogues", SPEAKING_ENV),
        alternatives=lambda w: "no" if w.split == "test" else "yes",
        share=lambda w: C["supporter"]["rollouts"]["train_share"] if rolls_out(w.system, w.split) else 1,
        max_failed=C["dialogues"]["max_failed"],
        seed=C["seed"],
    message:
        f"dialogues: {{wildcards.system}} with the {{wildcards.split}} personas{ON_GPU}"
    shell:
        keeping_door(
            "dialogues.simulate_dialogues --personas {input.personas:q} --alternatives {params.alternatives}"
            " --share {params.share} --max-failed {params.max_failed} --seed {params.seed}",
            SPEAKING_COMMAND,
        )


rule roll_out_alternatives:
    """Every alternative, or other candidates, continued to the end of its dialogue, for the rewards."""
    input:
        unpack(speaking_inputs),
        speaking_worlds,
        **SPEAKING,
        branched="<results>/dialogues/{system}/{split}.jsonl",
        personas="<results>/personas/{split}.jsonl",
    output:
        dialogues="<results>/dialogues/{system}/{split}_{take}.jsonl",
    log:
        text="<logs>/dialogues/roll_out_alternatives.{system}.{split}_{take}.log",
        run="<logs>/dialogues/roll_out_alternatives.{system}.{split}_{take}.json",
    benchmark:
        "<benchmarks>/dialogues/roll_out_alternatives.{system}.{split}_{take}.tsv"
    conda:
        f"../envs/{SPEAKING_ENV}.yaml"
    resources:
        **gpu_inference(),
    params:
        **SPEAKING_PARAMS,
        code=signature("dialogues.roll_out_alternatives", SPEAKING_ENV),
        share=lambda w: C["supporter"]["rollouts"]["train_share"] if w.split == "train" else 1,
        turn_share=lambda w: C["supporter"]["reward"]["reliability_share"] if w.take == "second_rollouts" else 1,
        candidates=lambda w: TAKES[w.take]["candidates"],
        draw=lambda w: TAKES[w.take]["draw"],
        seed=C["seed"],
    message:
        f"dialogues: {{wildcards.take}} of {{wildcards.system}} ({{wildcards.split}}){ON_GPU}"
    shell:
        keeping_door(
            "dialogues.roll_out_alternatives --dialogues {input.branched:q} --personas {input.personas:q}"
            " --share {params.share} --turn-share {params.turn_share} --candidates {params.candidates}"
            " --draw {params.draw} --seed {params.seed}",
            SPEAKING_COMMAND,
        )
