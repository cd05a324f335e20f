"""Which rules a config leaf is about, held by hand after the paper's method: the graph is compared with it."""

from fnmatch import fnmatchcase

SPEAKING = ("dialogues.simulate_dialogues", "dialogues.roll_out_alternatives")
ESTIMATE = "audit.estimate_cost"
SETTINGS = "tables.tabulate_table6"  # echoes every training's
LOW_VALUES = ("judging.rate_values", "judging.explain_low_values", "judging.assign_themes")
JUDGING = ("judging.judge_skills", "judging.judge_intensity", "judging.judge_values", *LOW_VALUES)
RESAMPLED = tuple(f"tables.tabulate_table{number}" for number in (2, 3, 5, 7, 8, 11, 13, 14, 20, 21, 22, 23, 29))
RATING = ("judging.ask_intensity", "judging.predict_intensity")
IMITATING = ("dialogues.ask_seeker", "dialogues.imitate_seeker")
# Rules whose jobs a leaf is told to; the first pattern that fits counts. A word after a rule: only its jobs with it.
ROOTS: dict[str, tuple[str, ...]] = {
    "roles.situations": ("personas.write_situations", ESTIMATE),
    "roles.alignment": ("personas.rate_alignment", ESTIMATE),
    "roles.emotions": ("personas.label_emotions", ESTIMATE),
    "roles.demographics": ("personas.write_demographics", ESTIMATE),
    "roles.seeker": (*SPEAKING, "dialogues.ask_seeker", ESTIMATE),
    "roles.emotion_score": ("supporter.score_emotions", ESTIMATE),
    "roles.rephrase": ("dialogues.simulate_dialogues --rephrase-prompt", ESTIMATE),
    "roles.themes": (*LOW_VALUES, ESTIMATE),
    "roles.skills": ("judging.judge_skills", ESTIMATE),
    "roles.intensity": ("judging.judge_intensity", ESTIMATE),
    "roles.values": ("judging.judge_values", ESTIMATE),
    "sampling.situations.*": ("personas.write_situations",),
    "sampling.alignment.*": ("personas.rate_alignment",),
    "sampling.emotions.*": ("personas.label_emotions",),
    "sampling.demographics.*": ("personas.write_demographics",),
    "sampling.seeker.*": SPEAKING,
    "sampling.supporter.*": (*SPEAKING, "models.check_tiny_base"),
    "sampling.detector.*": ("detector.predict_values", *(f"{rule} --detector" for rule in SPEAKING)),
    "sampling.reference.*": (*(f"{rule} --reference-prompt" for rule in SPEAKING), "reference.write_comments"),
    "sampling.emotion_score.*": ("supporter.score_emotions",),
    "sampling.rephrase.*": ("dialogues.simulate_dialogues --rephrase-prompt",),
    "sampling.themes.*": LOW_VALUES,
    "sampling.skills.*": ("judging.judge_skills",),
    "sampling.intensity.*": ("judging.judge_intensity",),
    "sampling.values.*": ("judging.judge_values",),
    "models.llama.backend": (
        *("detector.predict_values", *SPEAKING),  # one environment a rule, so those that ask no model of ours as well
        *("detector.prompt_base", "reference.write_comments"),
        *("judging.predict_intensity intensity_models/llama", "dialogues.imitate_seeker seekers/llama"),
    ),
    "models.emollama.backend": ("judging.predict_intensity intensity_models/emollama",),
    "models.esc_role.backend": ("dialogues.imitate_seeker seekers/esc_role",),
    "datasets.extes.*_share": ("corpora.normalise_extes",),
    "datasets.psych8k.*_share": ("corpora.normalise_psych8k",),
    "reddit.filter.post.*": ("reddit.ingest_submissions",),
    "reddit.filter.comment.score": ("reddit.build_threads",),  # ingest keeps what either of the two bounds lets through
    "reddit.filter.comment.reply_score": ("reddit.ingest_comments", "reddit.build_threads"),
    "reddit.filter.comment.*_words": ("reddit.ingest_comments",),
    "reddit.filter.max_bad": ("reddit.ingest_submissions", "reddit.ingest_comments"),
    "reddit.from": ("reddit.ingest_submissions", "reddit.ingest_comments"),
    "reddit.to": ("reddit.ingest_submissions", "reddit.ingest_comments"),
    "reddit.salt": ("reddit.draw_salt",),
    "reddit.same_commenter": ("reddit.build_threads",),
    "reddit.multi.*": ("reddit.build_threads",),
    "reddit.siblings": ("reddit.build_threads",),
    "reddit.splits.*.test": ("reddit.select_threads", ESTIMATE),
    "reddit.splits.*": ("reddit.select_threads",),
    "labels.value_threshold": (
        *("reddit.select_threads", "tables.plot_figure2", "tables.tabulate_table34"),
        *("models.train_tiny_values", "supporter.compute_rewards"),
    ),
    "positive.*": ("reddit.select_threads", "tables.plot_figure2", "tables.tabulate_table34"),
    "targets.top": (
        *SPEAKING,
        *("reddit.select_threads", "reference.build_reference_pairs", "detector.predict_values"),
        *("detector.ask_baseline", "detector.prompt_base", "tables.tabulate_table5"),
    ),
    "value_effects.*": ("tables.plot_figure2",),
    "detector.history.*": ("detector.build_detector_examples", "detector.ask_baseline", "detector.prompt_base"),
    "detector.lora.*": ("detector.train_detector", SETTINGS),
    "detector.train.*": ("detector.train_detector", SETTINGS),
    "reference.history.*": (
        *("reference.build_reference_sft", "reference.build_reference_pairs"),
        *("reference.write_comments", "judging.compare_comments"),
    ),
    "reference.single.sft.*": ("reference.train_reference_sft reference/single/", SETTINGS),
    "reference.single.dpo.*": ("reference.train_reference_dpo reference/single/", SETTINGS),
    "reference.multi.sft.*": ("reference.train_reference_sft reference/multi/", SETTINGS),
    "reference.multi.dpo.*": ("reference.train_reference_dpo reference/multi/", SETTINGS),
    "reference.dpo.sibling_requires_op_reply": ("reference.build_reference_pairs",),
    "personas.keep_from": ("personas.rate_alignment",),
    "personas.votes": ("personas.label_emotions", ESTIMATE),
    "personas.train": ("personas.assemble_personas", ESTIMATE),
    "personas.dev": ("personas.assemble_personas", ESTIMATE),
    "personas.test": ("personas.assemble_personas", ESTIMATE),
    "personas.example": ("personas.pick_example",),
    "personas.max_failed": tuple(
        f"personas.{name}" for name in ("write_situations", "rate_alignment", "label_emotions", "write_demographics")
    ),
    "personas.near": ("audit.compare_personas",),
    "personas.cells": ("personas.write_situations", ESTIMATE),
    "personas.*": ("personas.write_situations",),
    "dialogues.max_exchanges": SPEAKING,
    "dialogues.gratitude": SPEAKING,
    "dialogues.score": SPEAKING,
    "dialogues.history.*": (
        *SPEAKING,
        *(f"supporter.build_{what}" for what in ("supporter_sft", "baseline_sft", "preference_pairs")),
    ),
    "dialogues.max_failed": ("dialogues.simulate_dialogues",),
    "supporter.sft.*": ("supporter.train_supporter_sft", SETTINGS),
    "supporter.baselines.*": ("supporter.train_baseline", SETTINGS),
    "supporter.dpo.*": ("supporter.train_supporter_dpo", SETTINGS),
    "supporter.reward.compare": ("supporter.build_preference_pairs", "supporter.compare_rewards"),
    "supporter.reward.reliability_share": ("dialogues.roll_out_alternatives _second_", ESTIMATE),
    "supporter.emotion.samples": ("supporter.score_emotions", ESTIMATE),
    "supporter.emotion.*": ("supporter.score_emotions",),
    "judging.repeats": ("judging.judge_values", ESTIMATE),
    "judging.low_values.dialogues": ("judging.explain_low_values", ESTIMATE),
    "judging.low_values.themes": ("judging.assign_themes",),
    "judging.max_failed": (
        *(*JUDGING, "judging.compare_comments", "judging.rate_similarity", "judging.rate_as_experts"),
        "reference.write_comments",
    ),
    "stats.*": (
        *(*RESAMPLED, "tables.plot_figure2", "audit.tabulate_planted", "tables.tabulate_hard"),
        *("supporter.compare_rewards", "audit.tabulate_turns"),
    ),
    "measures.baselines.sampling.*": ("detector.ask_baseline", "detector.prompt_base"),
    "measures.comments.judge": ("judging.compare_comments", ESTIMATE),
    "measures.comments.*": ("judging.compare_comments",),
    "measures.intensity.shots": ("judging.ask_intensity", ESTIMATE),
    "measures.intensity.lora.*": ("judging.train_intensity",),
    "measures.intensity.train.*": ("judging.train_intensity",),
    "measures.intensity.history.*": (*RATING, "judging.build_intensity_sft"),
    "measures.intensity.sampling.*": RATING,
    "measures.intensity.max_failed": RATING,
    "measures.experts.dialogues": ("judging.sample_dialogues", ESTIMATE),
    "measures.experts.people": ("judging.rate_as_experts", "tables.tabulate_table13", ESTIMATE),
    "measures.experts.notes": ("judging.summarise_notes",),
    "measures.experts.codes.*": ("judging.summarise_notes",),
    "measures.experts.model": ("judging.rate_as_experts", ESTIMATE),
    "measures.experts.sampling.*": ("judging.rate_as_experts",),
    "measures.simulators.lora.*": ("dialogues.train_seeker",),
    "measures.simulators.train.*": ("dialogues.train_seeker",),
    "measures.simulators.history.*": (*IMITATING, "dialogues.build_seeker_sft", "judging.rate_similarity"),
    "measures.simulators.sampling.*": IMITATING,
    "measures.simulators.max_failed": IMITATING,
    "measures.simulators.judge": ("judging.rate_similarity", ESTIMATE),
    "measures.simulators.judging.*": ("judging.rate_similarity",),
    "world.effects": ("world.set_effects",),
    "world.posts": ("world.write_dumps",),
    "world.corpora.*": ("world.write_corpora",),
    "world.documents": ("world.write_pretraining",),
    "world.held_out": ("world.write_pretraining",),
    "world.labelled": ("world.write_labelled",),
    "tiny.base.least_parse": ("models.check_tiny_base",),
    "tiny.base.*": ("models.train_tiny_base",),
    "tiny.sentiment.*": ("models.train_tiny_sentiment",),
    "tiny.values.*": ("models.train_tiny_values",),
    "value_head.encoder_sha256": ("models.copy_encoder",),
    "value_head.*": ("models.train_value_head",),
    **{
        f"value_encoder.{name}": ("models.train_value_encoder",)
        for name in ("epochs", "batch_size", "learning_rate", "head_learning_rate", "share")
    },
}
# Of these, the leaves that the paper's prose quotes: claims_a.csv echoes them.
QUOTED = {
    *("reddit.from", "reddit.to", "dialogues.score", "dialogues.max_exchanges", "targets.top", "judging.repeats"),
    *(f"personas.{name}" for name in ("least", "most", "keep_from", "votes")),
    *("measures.experts.dialogues", "measures.experts.people", "supporter.emotion.samples"),
    *("judging.low_values.dialogues", "judging.low_values.themes"),
    *("detector.lora.rank", "detector.lora.alpha", "detector.train.learning_rate"),
    "reference.single.sft.train.epochs",
}
# The only leaves that take no other value, each with its reason.
FIXED = {
    "points.*": "a point's name spells its values",
    "supporter.reward.require_positive": "one choice so far",
    "*.train.optimizer": "one choice so far",
    "detector.rank": "one choice so far",
    "supporter.sources.emotion.rollouts": "select.rollouts lists one",
    "systems.ours_*.form": "a system that is made of it tells strategies",
    "systems.dpo_gpt_h3_g1_t2.form": "a system that is made of it tells strategies",
    "systems.*.supporter": "its adapter belongs to the one local model",
    "systems.*.adapter": "a hosted model has none",
    "systems.*.reference": "plain systems take none",
}


def rules_told(name: str) -> tuple[str, ...]:
    """The rules of ROOTS for a leaf; none for a leaf that ROOTS leaves out."""
    found = next((rules for pattern, rules in ROOTS.items() if fnmatchcase(name, pattern)), ())
    return (*found, "tables.tabulate_claims") if found and name in QUOTED else found


def fits(path: str, patterns: dict) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)
