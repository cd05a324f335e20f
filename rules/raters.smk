# What the rules of intensity models, seeker simulators and experts read and are told, by table (config: measures).
# ---- table 11
INTENSITY = C["measures"]["intensity"]
INTENSITY_HOSTED = ["gpt4o_zero", "gpt4o_few", "gpt4o_mini_zero", "gpt4o_mini_few"]
INTENSITY_OWN = ["llama_zero", "llama_tuned", "emollama_zero", "emollama_tuned"]
INTENSITY_ENV = speaking_env([rater.rsplit("_", 1)[0] for rater in INTENSITY_OWN])
INTENSITY_ROWS = {  # as printed
    "gpt4o": "GPT-4o",
    "gpt4o_mini": "GPT-4o-mini",
    "llama": "Llama3-8B",
    "emollama": "EmoLlama-7B",
    "zero": "Zero-shot",
    "few": "Few-shot",
    "tuned": "Fine-tuned",
}
RATINGS = "<results>/judging/intensity_models/{}.jsonl"


def rated_by(rater):
    """The model of a row and how it is asked: `gpt4o_mini_few` is (gpt4o_mini, few)."""
    return rater.rsplit("_", 1)


def intensity_row(rater):
    model, method = rater.rsplit("_", 1)
    return {"id": rater, "model": INTENSITY_ROWS[model], "method": INTENSITY_ROWS[method]}


def examples_of(w):
    """Where examples come from: train dialogues, for the few-shot rows."""
    return "<results>/corpora/esconv/train.jsonl" if rated_by(w.hosted)[1] == "few" else []


def tuned_adapter(w):
    model, method = rated_by(w.own)
    return f"<results>/judging/intensity_models/{model}_adapter" if method == "tuned" else []


# ---- table 29
SIMULATORS = C["measures"]["simulators"]
SIMULATOR_ROWS = {  # as printed; the model, its prompt, and the corpus it is fine-tuned on
    "gpt_zero": {"model": "GPT-4o-mini", "details": "Zero-shot", "by": C["roles"]["seeker"], "prompt": "A-SEEK-0"},
    "gpt_one": {"model": "GPT-4o-mini", "details": "One-shot", "by": C["roles"]["seeker"], "prompt": "A-SEEK"},
    "llama_zero": {"model": "Llama-3-8B-Instruct", "details": "Zero-shot", "by": "llama", "prompt": "A-SEEK-0"},
    "llama_one": {"model": "Llama-3-8B-Instruct", "details": "One-shot", "by": "llama", "prompt": "A-SEEK"},
    "llama_esconv": {"model": "Llama-ESConv", "details": "", "by": "llama", "prompt": "A-SEEK-PLAIN"},
    "llama_extes": {"model": "Llama-ExTES", "details": "", "by": "llama", "prompt": "A-SEEK-PLAIN"},
    "esc_role": {"model": "ESC-Role", "details": "", "by": "esc_role", "prompt": "A-SEEK-0"},
}
SIMULATOR_ENV = speaking_env([row["by"] for name, row in SIMULATOR_ROWS.items() if not name.startswith("gpt")])
SEEKER_CORPORA = {"llama_esconv": "esconv", "llama_extes": "extes"}
TURNS = "<results>/dialogues/seekers/{simulator}.jsonl"
SEEKER_COMMAND = (
    " --dialogues {input.dialogues:q} --prompt {input.prompt:q} {params.example} --history {params.history:q}"
    " --max-failed {params.max_failed} --sampling {params.sampling:q} --output {output.turns:q}"
)
SEEKER_INPUTS = dict(
    dialogues="<results>/corpora/esconv/test.jsonl",
    prompt=lambda w: prompt(SIMULATOR_ROWS[w.simulator]["prompt"]),
    example=lambda w: one_shot(w),
)
SEEKER_PARAMS = dict(
    sampling=canonical(SIMULATORS["sampling"]),
    history=canonical(SIMULATORS["history"]),
    max_failed=SIMULATORS["max_failed"],
    example=lambda w, input: f"--example-dialogues {input.example}" if input.example else "",
)


def one_shot(w):
    """The example dialogue, of prompts that show one."""
    return "<results>/personas/example.json" if SIMULATOR_ROWS[w.simulator]["prompt"] == "A-SEEK" else []


def seeker_adapter(w):
    corpus = SEEKER_CORPORA.get(w.simulator)
    return f"<results>/dialogues/seekers/{corpus}_adapter" if corpus else []


# ---- table 13
EXPERTS = C["measures"]["experts"]
SAMPLED_SYSTEMS = C["select"]["systems"]  # whose dialogues are sampled


def expert_ratings():
    """The raters' file, or that of the stand-ins; nothing while nobody has rated."""
    if EXPERTS["raters"] == "llm":
        return "<results>/judging/experts/stand_ins.csv"
    lying = os.path.join(C["data_dir"], "ratings", "a_experts.csv")
    return lying if os.path.exists(lying) else []


def expert_notes():
    """The experts' notes; nothing while nobody has written any."""
    lying = os.path.join(C["data_dir"], EXPERTS["notes"])
    return lying if os.path.exists(lying) else []
