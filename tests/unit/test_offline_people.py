"""The offline people who judge responses: what is planted in them, in both sets of prompts."""

from statistics import fmean

import pytest

from scripts.llm.offline import respond
from scripts.scoring.rate_as_people import parse_answers
from scripts.text.lexicon import load_lexicon
from scripts.text.prompts import load_prompt
from scripts.text.studies import FORMS
from scripts.text.taxonomy import load_taxonomy
from tests.unit.test_offline import FOLDERS, WORLD, changed

CRITERIA = load_taxonomy("resources/taxonomy/comparison.yaml")
NAMES = [entry["label"] for entry in CRITERIA]
FITTING, ADVICE = "So work has left you feeling sad.", "You could take a walk."
HISTORY = "help-seeker: I am sad about work.\nsupporter: hm\nhelp-seeker: It is hard.\nsupporter: hm\nhelp-seeker: Yes."


@pytest.fixture(scope="module")
def lexicon():
    return changed(load_lexicon(WORLD), malformed=0.0)


def judged(kind, study, folder, lexicon, **slots):
    messages = load_prompt(folder / f"{kind}.md").messages(history=slots.pop("history", HISTORY), **slots)
    return [parse_answers(respond(kind, messages, str(n), lexicon), FORMS[study], NAMES) for n in range(60)]


@pytest.mark.parametrize("folder", FOLDERS)
def test_fitting_validation_comforts_and_advice_does_not(folder, lexicon):
    for response, comforts in ((FITTING, True), (ADVICE, False)):
        found = judged("B-HUM-COMF", "comfort", folder, lexicon, response=response)
        assert (fmean(answer[""] == "comfortable" for answer in found) > 0.8) == comforts


@pytest.mark.parametrize("folder", FOLDERS)
def test_raters_of_one_kind_of_response_differ_at_the_planted_rate(folder, lexicon):
    def other_way(rate):
        world, asked = changed(lexicon, comfort_slips=rate), load_prompt(folder / "B-HUM-COMF.md")
        messages = asked.messages(history=HISTORY, response=ADVICE)
        answers = [respond("B-HUM-COMF", messages, str(n), world) for n in range(600)]
        return fmean(answer == "Answer: comfortable" for answer in answers)

    rate = lexicon.effects["comfort_slips"]
    assert 0.05 <= rate <= 0.2 and abs(other_way(rate) - rate) < 3 * (rate * (1 - rate) / 600) ** 0.5
    assert other_way(0.0) == 0 and abs(other_way(0.4) - 0.4) < 0.06


@pytest.mark.parametrize("folder", FOLDERS)
def test_fitting_response_wins_on_either_side_but_for_fluency(folder, lexicon):
    for first, second, wanted in ((FITTING, ADVICE, "win"), (ADVICE, FITTING, "lose")):
        found = judged("B-HUM-PAIR", "pairwise", folder, lexicon, first=first, second=second, criteria=CRITERIA)
        for name in NAMES:
            share = fmean(answer[name] == wanted for answer in found)
            assert share < 0.5 if name == "Fluency" else share > 0.9, name


@pytest.mark.parametrize("folder", FOLDERS)
def test_like_responses_have_no_winner(folder, lexicon):
    found = judged("B-HUM-PAIR", "pairwise", folder, lexicon, first=ADVICE, second=ADVICE, criteria=CRITERIA)
    wins, losses = ([answer[name] for answer in found for name in NAMES].count(what) for what in ("win", "lose"))
    assert abs(wins - losses) < 45  # of 240 answers; two standard deviations are 24


@pytest.mark.parametrize("folder", FOLDERS)
def test_dialogue_that_validates_as_fits_scores_higher(folder, lexicon):
    talks = {
        said: "\n".join(f"help-seeker: I am sad about work.\nsupporter: {said}" for _ in range(3))
        for said in ("I am listening, please go on about work.", ADVICE)
    }
    means = [
        fmean(int(a[""]) for a in judged("B-HUM-VALID", "validity", folder, lexicon, history=t)) for t in talks.values()
    ]
    assert means[0] > means[1] + 1
