# Settings and trainings that the paper's prose quotes.
from scripts.text.emotion_scores import SCORES as EMOTION_SCORES


def dpo_folder(variant):
    """The adapter of the published DPO system."""
    rollouts = C["supporter"]["sources"][variant]["rollouts"]
    return f"<results>/supporter/{variant}/dpo_adapter/{rollouts}/{C['selected'][variant]}"


def quoted():
    """Settings that the prose quotes: key.metric -> value and where it stands in the config."""
    emotion_scores = dict(zip(("solved", "better", "same", "worse"), (score for _, score in EMOTION_SCORES)))
    found = {
        "reddit.first_year": (C["reddit"]["from"][:4], "reddit.from"),
        "reddit.last_year": (C["reddit"]["to"][:4], "reddit.to"),
        "personas.situations_per_cell_min": (C["personas"]["least"], "personas.least"),
        "personas.situations_per_cell_max": (C["personas"]["most"], "personas.most"),
        "personas.alignment_min_kept": (C["personas"]["keep_from"], "personas.keep_from"),
        "personas.emotion_votes": (C["personas"]["votes"], "personas.votes"),
        "end_rule.emotion_threshold": (C["dialogues"]["score"], "dialogues.score"),
        "end_rule.max_turns": (C["dialogues"]["max_exchanges"], "dialogues.max_exchanges"),
        "es_value.evaluations_per_pair": (C["judging"]["repeats"], "judging.repeats"),
        "expert_correlation.dialogues": (EXPERTS["dialogues"], "measures.experts.dialogues"),
        "experts.number": (EXPERTS["people"], "measures.experts.people"),
        "low_value_analysis.dialogues": (C["judging"]["low_values"]["dialogues"], "judging.low_values.dialogues"),
        "low_value_analysis.max_categories_per_dialogue": (
            C["judging"]["low_values"]["themes"],
            "judging.low_values.themes",
        ),
        "emotion_score.samples": (C["supporter"]["emotion"]["samples"], "supporter.emotion.samples"),
        "tvd.lora_rank": (C["detector"]["lora"]["rank"], "detector.lora.rank"),
        "tvd.lora_alpha": (C["detector"]["lora"]["alpha"], "detector.lora.alpha"),
        "tvd.learning_rate": (C["detector"]["train"]["learning_rate"], "detector.train.learning_rate"),
        "tvd.top_k": (C["targets"]["top"], "targets.top"),
        "rg.max_epochs": (C["reference"]["single"]["sft"]["train"]["epochs"], "reference.single.sft.train.epochs"),
    }
    for key, variant in (("ours_dpo", "value"), ("emotion_dpo", "emotion")):
        point = C["points"][C["selected"][variant]]
        named = {"h": point["h"], "gamma": point["gamma"], "t_diff": point["t"]}
        found |= {f"{key}.{metric}": (value, f"points, selected.{variant}") for metric, value in named.items()}
    quoted_settings = {name: {"value": value, "basis": f"config: {basis}"} for name, (value, basis) in found.items()}
    scores = {name: {"value": score, "basis": "how answers are scored"} for name, score in emotion_scores.items()}
    return quoted_settings | {f"emotion_score.{name}": entry for name, entry in scores.items()}


QUOTED = quoted()
REFERENCE_STAGES = f"<results>/reference/{C['reference']['setting']}/value"
TIMED = {  # trainings whose hours are quoted
    "tvd.train_hours_a100": "<results>/detector/adapter",
    "rg.sft_hours_a6000": f"{REFERENCE_STAGES}/sft_adapter",
    "rg.dpo_hours_a6000": f"{REFERENCE_STAGES}/dpo_adapter",
    "supporter.sft_hours_a100": "<results>/supporter/value/sft_adapter",
    "supporter.dpo_hours_a100": dpo_folder("value"),
}
