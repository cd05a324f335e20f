# What the rules of further models and judges read and are told, by table (config: measures).
# ---- judges
def judge_as(model, leaves):
    """Params of a judging rule whose judge and sampling are no role's."""
    return dict(
        backend=model_backend(model) or "none",
        judge=f"--model {shlex.quote(model_entry(model))} --temperature {leaves['temperature']}"
        f" --top-p {leaves['top_p']} --max-tokens {leaves['max_tokens']} --max-failed {C['judging']['max_failed']}",
    )


# ---- local models that only some tables ask
SHARING = ["emollama", "esc_role", "llama3", "qwen2", "chatcounselor", "mechat", "emollm"]  # others' places come first
FRAMED = [name for name, entry in C["models"].items() if entry.get("template")]  # without a chat template of their own


def checkpoint(name):
    """The folder of a local model; where another entry names the same checkpoint, that one's, so that one is fetched."""
    wanted = C["models"][name]
    alike = (
        other
        for other, entry in C["models"].items()
        if all(entry.get(key) == wanted[key] for key in ("source", "id", "revision"))
    )
    return model_dir(min(alike, key=lambda other: (other in SHARING, other)))


def speaking_base(name):
    """The folder that a local model speaks from."""
    return f"<results>/models/framed/{name}" if name in FRAMED else checkpoint(name)


# ---- table 5
BASELINE_MODELS = {"gpt": "gpt4o_mini", "llama": "llama"}
BASELINE_PROMPTS = {"plain": "A-TVD", "reasoning": "A-TVD-R", "values": "A-TVD-V"}
BASELINE_ROWS = {  # as printed
    **{"gpt": "GPT-4o-mini", "llama": "Llama-3-8B-Instruct"},
    **{"plain": "", "reasoning": "Reasoning", "values": "Value information"},
}
BASELINE_INPUTS = dict(
    threads=expand("<results>/reddit/{setting}/test.jsonl", setting=C["detector"]["settings"]),
    prompt=lambda w: prompt(BASELINE_PROMPTS[w.asked_for]),
    values=VALUES,
)
BASELINE_PARAMS = dict(
    sampling=canonical(C["measures"]["baselines"]["sampling"]),
    history=canonical(C["detector"]["history"]),
    top=C["targets"]["top"],
)
BASELINE_COMMAND = (
    " --threads {input.threads:q} --prompt {input.prompt:q} --values {input.values:q} --history {params.history:q}"
    " --top-values {params.top} --sampling {params.sampling:q} --output {output.predictions:q}"
)


# ---- tables 7 and 8
COMMENT_WRITERS = ["llama", "sft", "dpo"]  # the bare base and the two stages
COMMENTS = C["measures"]["comments"]
SET_BESIDE = {  # which rows of write_comments are set beside each other: the first is Comment A in order 1
    "llama_sft": ("llama_original", "sft_original"),
    "sft_dpo": ("sft_original", "dpo_original"),
    "llama_dpo": ("llama_original", "dpo_original"),  # the paper has no such row (I-A13)
    "sft_values": ("sft_original", "sft_random"),
    "dpo_values": ("dpo_original", "dpo_random"),
}


# ---- the tables
MEASURED = [5, 7, 8, 11, 13, 29]
RESAMPLED = dict(resamples=C["stats"]["resamples"], seed=C["stats"]["seed"])
# What the corpus alone says is real on a laptop, too; its sentence vectors and labels are where no stand-in makes them.
ESCONV_EVIDENCE = "real" if C["datasets"]["esconv"]["from"] == "data_dir" else "stand_in"
BEHIND = {"content": "sentences", "emotion": "sentiment", "value": "values"}  # columns of table 29 -> their model
TRUSTED = [
    group
    for group, model in BEHIND.items()
    if C["models"][model]["source"] != "tiny" and C["models"][model]["kind"] not in ("lexicon", "tfidf")
]
REAL_COLUMNS = ["length", *TRUSTED] if ESCONV_EVIDENCE == "real" else []
BUILT_SIMULATORS = SIMULATORS["select"]


SETTINGS = {"single": "Single-turn", "multi": "Multi-turn"}
COMPARED_IN = {  # table -> pair -> the comparison and its options as printed
    "7": {
        "llama_sft": ("comparison_1", "Llama", "RG (SFT)"),
        "sft_dpo": ("comparison_2", "RG (SFT)", "RG (DPO)"),
        "llama_dpo": ("comparison_3", "Llama", "RG (DPO)"),
    },
    "8": {"sft_values": ("RG (SFT)", "original", "random"), "dpo_values": ("RG (DPO)", "original", "random")},
}
COMPARISON_COMMAND = (
    " --comparisons {params.comparisons:q} --choices {input.choices:q} --resamples {params.resamples}"
    " --seed {params.seed} --stats {output.stats:q}"
)


def choices_of(table):
    """The judged comparisons of a table, settings in the printed order."""
    return [f"<results>/judging/comments/{setting}/{pair}.jsonl" for setting in SETTINGS for pair in COMPARED_IN[table]]


def comparisons_of(table):
    return canonical(
        [
            {"setting": printed, "comparison": name, "first": first, "second": second}
            for printed in SETTINGS.values()
            for name, first, second in COMPARED_IN[table].values()
        ]
    )


BASELINES = [f"{model}_{asked_for}" for model in BASELINE_MODELS for asked_for in BASELINE_PROMPTS]


wildcard_constraints:
    asked_for=among(BASELINE_PROMPTS),
    framed=among(FRAMED),
    hosted=among(INTENSITY_HOSTED),
    own=among(INTENSITY_OWN),
    pair=among(SET_BESIDE),
    targets="original|random",
    tuned=among(["llama", "emollama"]),
    writer=among(COMMENT_WRITERS),
