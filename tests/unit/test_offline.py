"""The offline responder: its answers parse, its effects work through the text, the null world has none."""

import functools
import json
import random
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import pytest

from scripts.detector.baselines import messages_of, parse_reasoned
from scripts.evad.rank_as_raters import parse_ranking
from scripts.evad.write_candidates import level_slots, parse_candidate
from scripts.judging.assign_themes import parse_themes
from scripts.judging.compare_comments import parse_choice
from scripts.judging.explain_low_values import parse_areas
from scripts.judging.judge_intensity import parse_intensity
from scripts.judging.judge_skills import parse_skills
from scripts.judging.judge_values import parse_results
from scripts.judging.rate_similarity import parse_score as parse_likeness
from scripts.judging.rate_values import parse_ratings as parse_value_ratings
from scripts.llm.offline import ANSWERERS, respond
from scripts.llm.offline_reading import cue_words, strategy_of
from scripts.personas.label_emotions import parse_emotion
from scripts.personas.rate_alignment import parse_ratings
from scripts.personas.write_demographics import parse_person
from scripts.personas.write_situations import parse_situations
from scripts.scoring.rate_as_people import parse_answers
from scripts.supporter.score_emotions import parse_score
from scripts.text.answers import FourSteps, parse_four_steps, parse_text, parse_two_steps, parse_values
from scripts.text.lexicon import Lexicon, load_lexicon
from scripts.text.prompts import load_prompt
from scripts.text.studies import FORMS
from scripts.text.taxonomy import load_taxonomy

WORLD = "resources/world.yaml"
STATES = ("vent", "start", "ask", "better", "thanks")
SITUATION = "I am sad about work, kin, boredom and money."  # voices caring, stimulation, power: resources
CUED = "You are doing your best with work, for your kindness."
UNCUED = "You are doing your best with work."
HISTORY = f"Therapist: Hello, what is on your mind?\nPatient: {SITUATION}"
HELP = f"supporter: Hello.\nhelp-seeker: {SITUATION}"  # as paper B's prompts name the parties
FOLDERS = [Path("resources/prompts/compact"), Path("resources/prompts")]
VALUES = load_taxonomy("resources/taxonomy/values.yaml")
STRATEGIES = load_taxonomy("resources/taxonomy/strategies.yaml")
CRITERIA = load_taxonomy("resources/taxonomy/criteria.yaml")


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return changed(load_lexicon(WORLD), malformed=0.0)


def changed(lexicon: Lexicon, **effects: float) -> Lexicon:
    return replace(lexicon, effects=lexicon.effects | effects)


def null_world(tmp_path: Path) -> Lexicon:
    path = tmp_path / "world.yaml"
    text = Path(WORLD).read_text(encoding="utf-8")
    path.write_text(text.replace("  scale: 1.0", "  scale: 0"), encoding="utf-8")
    lexicon = load_lexicon(path)
    assert lexicon.effects["scale"] == 0
    return lexicon


def chat(*texts: str) -> list[dict]:
    """Messages of A-SEEK: system, greeting, then assistant (seeker) and user (supporter) in turn."""
    roles = ["system", "user"] + ["assistant", "user"] * len(texts)
    return [{"role": role, "content": text} for role, text in zip(roles, ["Play.", "Hello.", *texts], strict=False)]


def situations(lexicon: Lexicon, number: int) -> list[str]:
    """Different situations that voice caring, so that each has its own draws."""
    rng = random.Random(1)
    values = ["Benevolence: caring", "Stimulation", "Power: resources"]
    texts = [
        lexicon.situation(rng, emotion, topic, values)
        for emotion in lexicon.raw["emotions"]
        for topic in lexicon.raw["topics"].values()
        for _ in range(12)
    ]
    return list(dict.fromkeys(texts))[:number]


def voiced_share(lexicon: Lexicon, value: str, *later: str) -> float:
    answers = [respond("A-SEEK", chat(text, *later), "0", lexicon) for text in situations(lexicon, 400)]
    return fmean(value in lexicon.voiced(answer) for answer in answers)


def support_messages(folder: Path, history: str, reference: str, targets: str = "Benevolence: caring") -> list[dict]:
    return load_prompt(folder / "A-SUP.md").messages(
        strategies=STRATEGIES, history=history, targets=[targets], reference=reference
    )


def test_same_request_gets_the_same_answer_and_another_sample_another(lexicon):
    messages = support_messages(FOLDERS[0], HISTORY, "I value your warmth, maybe tea could help.")
    answers = {respond("A-SUP", messages, str(sample), lexicon) for sample in range(8)}
    assert respond("A-SUP", messages, "3", lexicon) in answers and len(answers) > 1
    assert respond("A-SUP", messages, "3", lexicon) == respond("A-SUP", messages, "3", lexicon)


def test_unknown_kind_is_refused(lexicon):
    with pytest.raises(ValueError, match="A-RG"):
        respond("A-RG", [], "0", lexicon)


def test_a_cue_raises_its_value_in_the_next_seeker_turn(lexicon):
    with_cue = voiced_share(lexicon, "Benevolence: caring", CUED)
    without = voiced_share(lexicon, "Benevolence: caring", UNCUED)
    assert abs(with_cue - lexicon.effects["cue_raises_value"]) < 0.08
    assert abs(without - lexicon.effects["value_base_rate"]) < 0.06


def test_a_cue_still_works_two_replies_later_and_no_longer(lexicon):
    between = ["I feel stuck.", UNCUED]
    kept = voiced_share(lexicon, "Benevolence: caring", CUED, *between, *between)
    gone = voiced_share(lexicon, "Benevolence: caring", CUED, *between, *between, *between)
    assert abs(kept - lexicon.effects["cue_raises_value"]) < 0.08
    assert abs(gone - lexicon.effects["value_base_rate"]) < 0.06


def test_null_world_has_no_effect_of_a_cue(tmp_path):
    lexicon = changed(null_world(tmp_path), malformed=0.0)
    assert voiced_share(lexicon, "Benevolence: caring", CUED) == voiced_share(lexicon, "Benevolence: caring", UNCUED)


def test_a_seeker_voices_at_most_four_values(lexicon):
    many = "You are doing your best with work, for your kindness, trust, nature, calm and truth."
    counts = [
        len(lexicon.voiced(respond("A-SEEK", chat(text, many), "0", lexicon))) for text in situations(lexicon, 60)
    ]
    assert max(counts) == 4


def test_mood_rises_by_at_most_one_step_and_oftener_after_a_cue(lexicon):
    lexicon = changed(lexicon, cue_lifts_mood=0.9, mood_base_rate=0.2)

    def rungs(reply: str) -> list[int]:
        asked = [chat(text, UNCUED, "I feel stuck.", reply) for text in situations(lexicon, 300)]
        return [STATES.index(lexicon.state(respond("A-SEEK", messages, "0", lexicon))) for messages in asked]

    cued, uncued = rungs(CUED), rungs(UNCUED)
    assert set(cued) == set(uncued) == {1, 2}
    assert fmean(cued) - fmean(uncued) > 0.5


def test_seeker_ends_after_thanks_twice_or_thanks_met_in_kind(lexicon):
    thanks, ask = "Thank you, that helps me.", "What part of work is hardest for you."
    assert respond("A-SEEK", chat(SITUATION, ask, thanks, ask, thanks, ask), "0", lexicon) == "[END]"
    assert respond("A-SEEK", chat(SITUATION, ask, thanks, UNCUED), "0", lexicon) == "[END]"
    assert lexicon.state(respond("A-SEEK", chat(SITUATION, ask, thanks, ask), "0", lexicon)) == "thanks"


@pytest.mark.parametrize("folder", FOLDERS)
def test_supporter_reads_history_and_reference(lexicon, folder):
    lexicon = changed(lexicon, gpt_uses_reference=1.0)
    reference = "I value your warmth and calm, maybe tea could help."
    steps = parse_four_steps(respond("A-SUP", support_messages(folder, HISTORY, reference), "0", lexicon))
    assert (steps.issue, steps.points) == ("sad about work.", "tea, warmth, calm.")
    assert steps.use_reference and "maybe with tea, for your warmth and calm" in steps.response


def test_supporter_without_the_transcript_knows_neither_feeling_nor_topic(lexicon):
    steps = parse_four_steps(respond("A-SUP", support_messages(FOLDERS[0], "", "Take your time."), "0", lexicon))
    assert steps.issue == "sad about this." and steps.points == "none."


def test_unused_reference_leaves_no_act_and_only_own_cues_of_targets(lexicon):
    lexicon = changed(lexicon, gpt_uses_reference=0.0, gpt_own_cue=0.5)
    messages = support_messages(FOLDERS[0], HISTORY, "I value your calm, maybe tea could help.")
    answers = [parse_four_steps(respond("A-SUP", messages, str(n), lexicon)) for n in range(200)]
    assert not any(answer.use_reference or lexicon.act(answer.response) for answer in answers)
    carried = [lexicon.carried(answer.response) for answer in answers]
    assert all(values in ([], ["Benevolence: caring"]) for values in carried)
    assert 0.35 < fmean(map(bool, carried)) < 0.65


def test_strategy_fits_the_last_state_at_the_planted_rate(lexicon):
    history = f"{HISTORY}\nTherapist: {UNCUED}\nPatient: What should I do now."
    messages = support_messages(FOLDERS[0], history, "Take your time, some tea may ease this.")
    strategies = [parse_four_steps(respond("A-SUP", messages, str(n), lexicon)).strategy for n in range(400)]
    planted = lexicon.effects["strategy_fits_state"]
    assert abs(fmean(name == "Suggestions" for name in strategies) - (planted + (1 - planted) / 8)) < 0.07
    assert set(strategies) == {entry["label"] for entry in STRATEGIES}


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("decision", ["Yes", "No"])
def test_alternative_takes_the_asked_decision_and_gives_steps_3_and_4_only(lexicon, folder, decision):
    messages = support_messages(folder, HISTORY, "I value your calm, maybe tea could help.")
    first = respond("A-SUP", messages, "0", lexicon)
    follow_up = load_prompt(folder / "A-SUP-ALT.md").messages(decision=decision)
    answer = respond("A-SUP-ALT", [*messages, {"role": "assistant", "content": first}, *follow_up], "0", lexicon)
    assert answer.startswith("Step 3.\n-Reasoning: ")
    steps = parse_four_steps(first[: first.index("Step 3.")] + answer)
    assert steps.use_reference == (decision == "Yes") == (lexicon.act(steps.response) == "tea")


def judged(folder: Path, first: str, second: str) -> list[dict]:
    return load_prompt(folder / "A-VAL.md").messages(values=VALUES, dialogue_a=first, dialogue_b=second)


def wins(folder: Path, first: str, second: str, lexicon: Lexicon, line: int, number: int = 200) -> float:
    """Mean win of the dialogue shown first; `line` -2 is the patient's perspective, -1 the therapist's."""
    messages = judged(folder, first, second)
    answers = [respond("A-VAL", messages, str(n), lexicon).splitlines() for n in range(number)]
    return fmean(0.5 if "Tie" in answer[line] else "Dialogue A" in answer[line] for answer in answers)


RICH = f"{HISTORY}\nTherapist: {CUED}\nPatient: I feel lighter, with my kin and money.\nPatient: I feel stuck, my fun."
POOR = f"{HISTORY}\nTherapist: {UNCUED}\nPatient: I feel lighter.\nPatient: I feel stuck."


@pytest.mark.parametrize("folder", FOLDERS)
def test_value_judge_prefers_the_dialogue_with_more_values_in_either_place(lexicon, folder):
    for line in (-2, -1):  # patient's and therapist's perspective
        assert wins(folder, RICH, POOR, lexicon, line) > 0.65 > 0.4 > wins(folder, POOR, RICH, lexicon, line)


def test_value_judge_leans_to_the_first_dialogue_and_alternation_removes_it(lexicon, tmp_path):
    null = changed(null_world(tmp_path), malformed=0.0)
    forward, backward = wins(FOLDERS[0], RICH, POOR, null, -2, 1500), wins(FOLDERS[0], POOR, RICH, null, -2, 1500)
    assert forward > 0.52 and backward > 0.52
    assert abs((forward + 1 - backward) / 2 - 0.5) < 0.03


@pytest.mark.parametrize("folder", FOLDERS)
def test_skills_follow_what_the_therapist_did_and_nothing_in_the_null_world(lexicon, folder, tmp_path):
    names = [entry["name"] for entry in CRITERIA]

    def suggestions(words: Lexicon, reply: str) -> float:
        dialogue = f"{HISTORY}\nTherapist: {reply}\nPatient: I feel stuck."
        messages = load_prompt(folder / "A-SKILL.md").messages(criteria=CRITERIA, dialogue=dialogue)
        ratings = [json.loads(respond("A-SKILL", messages, str(n), words)) for n in range(150)]
        assert all(list(rating) == names and set(rating.values()) <= {1, 2, 3, 4, 5} for rating in ratings)
        return fmean(rating["suggestions"] for rating in ratings)

    advice, question = "Perhaps share work with someone.", "Could you tell me more about work."
    assert suggestions(lexicon, advice) - suggestions(lexicon, question) > 1
    null = changed(null_world(tmp_path), malformed=0.0)
    assert abs(suggestions(null, advice) - suggestions(null, question)) < 0.25


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize(
    ("says", "opening"), [("It hurts so much.", "extreme"), ("Thank you, that helps me.", "very low")]
)
def test_intensity_is_read_from_the_last_mood(lexicon, folder, says, opening):
    messages = load_prompt(folder / "A-INT.md").messages(dialogue=f"{HISTORY}\nTherapist: {UNCUED}\nPatient: {says}")
    answers = [respond("A-INT", messages, str(n), lexicon) for n in range(100)]
    assert fmean(answer.startswith(opening) for answer in answers) > 0.7


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize(
    ("before", "last", "word"),
    [
        ("I feel stuck.", "What should I do now.", "better"),
        ("I feel stuck.", "I feel stuck.", "the same"),
        ("I feel lighter.", "It hurts so much.", "worse"),
        ("I feel lighter.", "Thank you, that helps me.", "solved"),
    ],
)
def test_emotion_score_follows_the_change_of_mood(lexicon, folder, before, last, word):
    dialogue = f"{HISTORY}\nTherapist: {UNCUED}\nPatient: {before}\nTherapist: {UNCUED}\nPatient: {last}"
    messages = load_prompt(folder / "A-EMO.md").messages(emotion="Sadness", category="Work", dialogue=dialogue)
    answers = [respond("A-EMO", messages, str(n), lexicon) for n in range(100)]
    assert fmean(word in answer for answer in answers) > 0.7


BARE = ("A-SUP-0", "A-SUP-R", "A-SUP-V")
DISCLOSED = "I once felt sad about work too, maybe with tea, for your calm and joy."
THEMES = load_taxonomy("resources/taxonomy/themes.yaml")


@pytest.mark.parametrize("folder", FOLDERS)
def test_rewriter_keeps_act_and_cues_and_says_nothing_of_itself(lexicon, folder):
    messages = load_prompt(folder / "A-REPH.md").messages(history=HISTORY, response=DISCLOSED)
    words = changed(lexicon, malformed=0.0)
    for sample in range(20):
        said = respond("A-REPH", messages, str(sample), words)
        assert strategy_of(said, words) == "Information" and "work" in said
        assert words.act(said) == "tea" and cue_words(said, words) == ["calm", "joy"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_supporter_without_a_reference_cues_target_values_alone_and_without_these_none(lexicon, folder):
    words = changed(lexicon, malformed=0.0, gpt_own_cue=1.0)
    given = {"strategies": load_taxonomy("resources/taxonomy/strategies.yaml"), "history": HISTORY}
    for name, more, cues in (("A-SUP-0", {}, set()), ("A-SUP-V", {"targets": ["Tradition"]}, {"heritage", "ritual"})):
        messages = load_prompt(folder / f"{name}.md").messages(**given, **more)
        said = [parse_two_steps(respond(name, messages, str(n), words)).response for n in range(40)]
        assert {cue for text in said for cue in cue_words(text, words)} == cues
        assert not any(words.act(text) for text in said)


@pytest.mark.parametrize("folder", FOLDERS)
def test_value_ratings_follow_the_values_shown(lexicon, folder):
    words = changed(lexicon, malformed=0.0)

    def mean(dialogue: str) -> float:
        messages = load_prompt(folder / "A-VAL1.md").messages(values=VALUES, dialogue=dialogue)
        rated = [parse_value_ratings(respond("A-VAL1", messages, str(n), words)) for n in range(60)]
        return fmean(rating["seeker"] + rating["supporter"] for rating in rated)

    assert mean(RICH) - mean(POOR) > 1


@pytest.mark.parametrize("folder", FOLDERS)
def test_themes_come_from_what_the_replies_lack(lexicon, folder):
    words = changed(lexicon, malformed=0.0)
    replies = (
        "What part of work is hardest for you.",
        "It takes courage to speak of work.",
        "I sense how sad you are.",
    )
    dialogue = HISTORY + "".join(f"\nTherapist: {reply}\nPatient: I feel stuck." for reply in replies)
    prompt = load_prompt(folder / "A-LOW1.md")
    areas = parse_areas(respond("A-LOW1", prompt.messages(dialogue=dialogue, seeker=1, supporter=2), "0", words))
    assert len(areas) == 3 and any("coping" in area for area in areas) and not any("strengths" in a for a in areas)
    sorting = load_prompt(folder / "A-LOW2.md").messages(themes=THEMES, most=3, dialogue=dialogue, areas=areas)
    named = respond("A-LOW2", sorting, "0", words).split(", ")
    assert "Emotional Resilience and Coping Strategies" in named and "Exploration of Personal Interests" in named
    assert "Strengths and Achievements Acknowledgment" not in named and len(named) == 3


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("name", ["A-TVD", "A-TVD-R", "A-TVD-V"])
def test_named_values_are_mostly_those_that_the_patient_voices(lexicon, folder, name):
    turns = [{"index": 0, "role": "seeker", "text": SITUATION}]
    window = {"first_words": 50, "last_words": 50}
    messages = messages_of(load_prompt(folder / f"{name}.md"), turns, VALUES, window)
    answers = [respond(name, messages, str(n), lexicon).rpartition("Values:")[2] for n in range(200)]
    named = [label.strip() for answer in answers for label in answer.split(",")]
    assert 0.5 < fmean(label in lexicon.voiced(SITUATION) for label in named) < 0.8


@pytest.mark.parametrize("folder", FOLDERS)
def test_comment_that_shares_the_true_ones_advice_is_chosen_in_both_orders_and_not_in_the_null_world(
    lexicon, folder, tmp_path
):
    prompt, near, far = load_prompt(folder / "A-RGJ.md"), "Maybe tea, for your kindness.", "Maybe yoga, for your joy."

    def first_chosen(comment_a, comment_b, world):
        given = {"history": HISTORY, "truth": "Some tea may help your kindness.", "comment_a": comment_a}
        messages = prompt.messages(**given, comment_b=comment_b)
        return fmean(respond("A-RGJ", messages, str(n), world).endswith("Comment A") for n in range(200))

    assert first_chosen(near, far, lexicon) > 0.85 and first_chosen(far, near, lexicon) < 0.2
    null = changed(null_world(tmp_path), malformed=0.0)
    assert abs(first_chosen(near, far, null) - first_chosen(far, near, null)) < 0.2


@pytest.mark.parametrize("folder", FOLDERS)
def test_likeness_grows_with_the_same_mood_and_the_same_values(lexicon, folder):
    def score(generated):
        given = {"history": HISTORY, "real": "I feel stuck, with my kin and money.", "generated": generated}
        return respond("A-SIM", load_prompt(folder / "A-SIM.md").messages(**given), "0", lexicon)

    texts = ["The sea is blue.", "I feel stuck.", "I feel stuck, with my kin.", "I feel stuck, with my money and kin."]
    assert [score(text) for text in texts] == ["Score: 1", "Score: 3", "Score: 4", "Score: 5"]


def parser_cases(folder: Path) -> dict[str, tuple[list[dict], object]]:
    """A request and its parser for every kind that is parsed in this suite."""
    value = VALUES[10]
    described = {"value": value["label"], "definition": value["definition"], "contained": value["contained"]}
    cell = {"category": "Academic and Educational Stress", "subcategories": ["Exams"], "least": 5, "most": 8}
    listed = [SITUATION, "I am sad about love, roots, kin and fun."]
    person = {"situation": SITUATION, "category": cell["category"], "emotion": "Sadness"}
    emotions = load_taxonomy("resources/taxonomy/emotions.yaml")
    support = support_messages(folder, HISTORY, "I value your calm, maybe tea could help.")
    ask = {name: load_prompt(folder / f"{name}.md").messages for name in ("A-SIT", "A-ALN", "A-ELAB", "A-DEMO")}
    strategies = load_taxonomy("resources/taxonomy/strategies.yaml")
    ask |= {
        name: load_prompt(folder / f"{name}.md").messages for name in (*BARE, "A-REPH", "A-VAL1", "A-LOW1", "A-LOW2")
    }
    told = {"strategies": strategies, "history": HISTORY}
    lacked = {"dialogue": RICH, "themes": THEMES, "most": 3, "areas": ["The therapist does not name any strengths."]}
    themes = functools.partial(parse_themes, names=[theme["label"] for theme in THEMES], most=3)
    skills = functools.partial(parse_skills, names=[entry["name"] for entry in CRITERIA])
    judge = {name: load_prompt(folder / f"{name}.md").messages for name in ("A-SKILL", "A-INT", "A-EMO")}
    history = {"history": HISTORY}
    read = {name: load_prompt(folder / f"{name}.md").messages for name in ("A-TVD", "A-TVD-R", "A-TVD-V", "A-INT-FS")}
    alike = {name: load_prompt(folder / f"{name}.md").messages for name in ("A-RGJ", "A-SIM")}
    known = [value["label"] for value in VALUES]
    comments = {"truth": "Some tea may help.", "comment_a": "Try tea.", "comment_b": "I see."}
    levels = load_taxonomy("resources/taxonomy/levels.yaml")
    level = {name: load_prompt(folder / f"{name}.md").messages for name in ("B-L1", "B-L2", "B-L3", "B-L4")}
    written = {name: (ask(**level_slots(levels[0]), history=HELP), parse_candidate) for name, ask in level.items()}
    replies = [{"letter": letter, "text": "I am listening, please go on about work."} for letter in "ABCD"]
    rank = load_prompt(folder / "B-HUM-RANK.md").messages(levels=levels, history=HELP, candidates=replies)
    people = {name: load_prompt(folder / f"B-HUM-{name}.md").messages for name in ("COMF", "PAIR", "VALID")}
    pair = {"first": "I am listening, please go on about work.", "second": "You could take a walk."}
    compared = load_taxonomy("resources/taxonomy/comparison.yaml")
    names = [entry["label"] for entry in compared]
    judged_by = {study: functools.partial(parse_answers, form=form, criteria=names) for study, form in FORMS.items()}
    return {
        **written,
        "B-HUM-COMF": (people["COMF"](history=HELP, response=pair["first"]), judged_by["comfort"]),
        "B-HUM-PAIR": (people["PAIR"](history=HELP, criteria=compared, **pair), judged_by["pairwise"]),
        "B-HUM-VALID": (people["VALID"](history=f"{HELP}\nsupporter: {pair['first']}"), judged_by["validity"]),
        "B-HUM-RANK": (rank, parse_ranking),
        "B-BASE": ([*load_prompt(folder / "B-BASE.md").messages(), {"role": "user", "content": SITUATION}], parse_text),
        "A-TVD": (read["A-TVD"](values=known, **history), lambda text: parse_values(text, known)),
        "A-TVD-R": (read["A-TVD-R"](values=known, **history), lambda text: parse_reasoned(text, known)),
        "A-TVD-V": (read["A-TVD-V"](values=VALUES, **history), lambda text: parse_values(text, known)),
        "A-INT-FS": (read["A-INT-FS"](examples=[{"dialogue": POOR, "answer": "x"}], dialogue=RICH), parse_intensity),
        "A-RGJ": (alike["A-RGJ"](**history, **comments), parse_choice),
        "A-SIM": (alike["A-SIM"](**history, real="I feel stuck.", generated="It is hard to begin."), parse_likeness),
        "A-SEEK-0": (chat(SITUATION, UNCUED), parse_text),
        "A-SKILL": (judge["A-SKILL"](criteria=CRITERIA, dialogue=RICH), skills),
        "A-INT": (judge["A-INT"](dialogue=RICH), parse_intensity),
        "A-VAL": (judged(folder, RICH, POOR), parse_results),
        "A-EMO": (judge["A-EMO"](emotion="Sadness", category="Work", dialogue=RICH), parse_score),
        "A-SEEK": (chat(SITUATION, UNCUED), parse_text),
        "A-SUP": (support, parse_four_steps),
        "A-SIT": (ask["A-SIT"](**described, **cell), parse_situations),
        "A-ALN": (ask["A-ALN"](situations=listed, **described), lambda text: parse_ratings(text, 2)),
        "A-ELAB": (ask["A-ELAB"](situation=SITUATION, emotions=emotions), lambda text: parse_emotion(text, emotions)),
        "A-DEMO": (ask["A-DEMO"](**person), parse_person),
        "A-SUP-R": (ask["A-SUP-R"](**told, reference="I value your calm, maybe tea could help."), parse_four_steps),
        "A-SUP-V": (ask["A-SUP-V"](**told, targets=["Tradition"]), parse_two_steps),
        "A-SUP-0": (ask["A-SUP-0"](**told), parse_two_steps),
        "A-REPH": (ask["A-REPH"](history=HISTORY, response=DISCLOSED), parse_text),
        "A-VAL1": (ask["A-VAL1"](values=VALUES, dialogue=RICH), parse_value_ratings),
        "A-LOW1": (ask["A-LOW1"](dialogue=RICH, seeker=2, supporter=3), parse_areas),
        "A-LOW2": (ask["A-LOW2"](**lacked), themes),
    }


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("kind", sorted(ANSWERERS.keys() - {"A-SUP-E", "A-SUP-ALT"}))
def test_answers_parse_and_malformed_ones_do_not(lexicon, folder, kind):
    messages, parse = parser_cases(folder)[kind]
    for sample in range(30):
        value = parse(respond(kind, messages, str(sample), lexicon))
        assert isinstance(value, FourSteps | str | list | tuple | dict | int | float)
        with pytest.raises(ValueError):
            parse(respond(kind, messages, str(sample), changed(lexicon, malformed=1.0)))


def test_about_one_answer_in_a_hundred_is_malformed():
    lexicon = load_lexicon(WORLD)
    messages = chat(SITUATION, UNCUED)
    broken = [respond("A-SEEK", messages, str(n), lexicon) == "" for n in range(3000)]
    assert 0.004 < fmean(broken) < 0.018
