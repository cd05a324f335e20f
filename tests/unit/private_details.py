"""Private details as people write them and what only looks like them, to measure the masks of the ingest.

`python -m tests.unit.private_details` prints the rates as docs/privacy.md has them.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scripts.reddit.masks import clean

Draw = Callable[[random.Random], tuple[str, str]]  # what is written, and the part of it that must not be left
ROUNDS = 40  # details drawn a form, each in every context
FIRST = ("jane", "Tomasz", "li", "amara", "joe", "Fatima", "kim", "oluwaseun")
WORDS = ("river", "maple", "otter", "stone", "lamp", "robin", "violet", "harbor", "quiet", "pencil")
CONTEXTS = (
    "{}",
    "Please write to {} when you can.",
    "It is {}.",
    "Is it {}?",
    "no one knows ({}), not even my sister",
    "**{}** is all I have",
    "*{}*, and I mean it",
    "> {}\n\nthis one?",
    "first line\n{}\nlast line",
    "- one\n- {}\n- three",
    "there:{} then",
    '"{}"',
    "`{}`",
    "&lt;{}&gt;",
    "tea &amp; {}; sleep",
    "{}, {}",
    "it was 24/7 in 2019, {} on 12/04/2020 at 10:30",
    "{}!!! e.g. and/or",
    "\u201c{}\u201d \u2014 \U0001f642",
)


def name(rng: random.Random, joint: str = "") -> str:
    """A name that occurs in no context."""
    return f"{rng.choice(WORDS)}{joint}{rng.choice(FIRST)}{rng.randrange(1000, 10_000)}"


def digits(rng: random.Random, pattern: str) -> tuple[str, str]:
    """The pattern with a digit for each `#` (2 to 9 for each `N`); its last four digits are to be hidden."""
    drawn = {"#": lambda: str(rng.randrange(10)), "N": lambda: str(rng.randrange(2, 10))}
    text = "".join(drawn[sign]() if sign in drawn else sign for sign in pattern)
    return text, text[[place for place, sign in enumerate(text) if sign.isdigit()][-4] :]


def in_script(pattern: str, zero: int, others: str = "") -> Draw:
    """Draws of a pattern with digits from the one at `zero` on, and full-width signs in place of `others`."""
    signs = {ord("0") + digit: zero + digit for digit in range(10)} | {ord(sign): ord(sign) + 0xFEE0 for sign in others}

    def draw(rng: random.Random) -> tuple[str, str]:
        text, secret = digits(rng, pattern)
        return text.translate(signs), secret.translate(signs)

    return draw


def written(form: str, joint: str = "", upper: bool = False) -> Draw:
    """Draws of a form with a name in place of `{}` (and of `{word}` a word)."""

    def draw(rng: random.Random) -> tuple[str, str]:
        secret = name(rng, joint)
        text = form.replace("{word}", rng.choice(WORDS)).replace("{}", secret)
        return (text.upper(), secret.upper()) if upper else (text, secret)

    return draw


def dialled(pattern: str) -> Draw:
    return lambda rng: digits(rng, pattern)


def listed(text: str) -> list[str]:
    """The phrases of a text, set apart by ` | ` and ends of lines."""
    return [phrase.strip() for line in text.splitlines() for phrase in line.split(" | ") if phrase.strip()]


def named(text: str) -> dict[str, Draw]:
    return {form: written(form) for form in listed(text)}


KINDS: dict[str, dict[str, Draw]] = {
    "e-mail": named("""
{}@{word}.com | {}@mail.{word}.co.uk | {}+reddit@{word}.org | a.{}@{word}-{word}.net | {}@gmail.com
mailto:{}@{word}.com | {} @ {word}.com | {}@ {word}.io | {}@gmail | [write me](mailto:{}@{word}.com)
{}'{word}@{word}.com | {}&#39;{word}@{word}.com | {}&amp;{word}@{word}.com
""")
    | {
        "{}@{word}.com, with _": written("{}@{word}.com", "_"),
        "{}@{word}.com, with \\_": written("{}@{word}.com", "\\_"),
        "{}@{word}.com, capitals": written("{}@{word}.com", upper=True),
    },
    "e-mail, spelled out": named("""
{} at {word} dot com | {} at gmail dot com | {} (at) {word} (dot) com | {}(at){word}.com | {}[at]{word}[dot]org
{} [at] gmail [dot] com | {} at gmail.com | {}@{word} dot com | {} {at} {word}.net | {} <at> {word} <dot> co.uk
{}(a){word}.com | {} @ {word} . com | {} @{word}(.)com | {} at {word} dot co dot uk | {}@gmail,com
{} gmail com | {} at {word}.com | {} AT {word} . com
""")
    | {"{} at gmail dot com, capitals": written("{} at gmail dot com", upper=True)},
    "link": named("""
https://{word}.com/{} | http://www.{word}.org/?id={} | www.{}.com | www.{word}.net/a/{}#top | {}.com | {}.org
blog.{}.co.uk/2019/05 | {word}.io/{} | youtu.be/{} | bit.ly/{} | t.me/{} | discord.gg/{} | imgur.com/a/{}
https://en.{word}.org/wiki/{}_(film) | https://{word}.com:8080/x/{}/ | ftp://{word}.edu/{}
HTTPS://{word}.COM/{} | [here](https://{word}.com/{}) | [here](https://{word}.com/{} "title")
[{}.com](https://{word}.com/) | linktr.ee/{} | forms.gle/{} | {}.ca | {}.co | https:// {}.com | https//{}.com
www.{word}.shop/{} | x.com/{} | (https://{word}.com/{}) | <https://{word}.com/{}> | https://{word}.com/a,{}
https://{word}.com/'{} | https://{word}.com/?a=1&amp;b={} | https://{word}.com/it&#39;s/{} | {word}.com/it's/{}
https://{word}.com/a&quot;{} | {}.shop | {}.tumblr.com | hxxps://{word}.com/{} | {}.me | {} dot com | {word}.com /{}
"""),
    "user": named("""
u/{} | /u/{} | U/{} | [him](/u/{}) | [{}](/u/{}) | https://www.reddit.com/user/{} | reddit.com/u/{} | @{}
u/ {} | user {} | /user/{}
""")
    | {"u/{}, with _": written("u/{}", "_"), "u/{}, with -": written("u/{}", "-")}
    | {"u/{}, with \\_": written("u/{}", "\\_")},
    "subreddit": named("""
r/{} | /r/{} | R/{} | [there](/r/{}) | old.reddit.com/r/{}/top | r/{}+{word} | r/ {} | the {} subreddit
"""),
    "telephone": {
        pattern: dialled(pattern)
        for pattern in listed("""
(N##) N##-#### | (N##)N##-#### | N##-N##-#### | N##.N##.#### | N## N## #### | N##N###### | 1-N##-N##-####
+1 N##-N##-#### | +1 (N##) N##-#### | 1 (N##) N##-#### | +1N##N###### | N##/N##-#### | N##-N#1#
N##\u2011N##\u2011#### | +44 20 7N## #### | +44 (0)20 7N## #### | 0044 20 7N## #### | 020 7N## ####
07### ###### | 07### ### ### | 07######### | +49 30 N####### | 030/N###### | 0151 N####### | +33 6 ## ## ## ##
06 ## ## ## ## | 06.##.##.##.## | +91 9#### ##### | 9#### ##### | +61 4## ### ### | 0412 ### ###
+86 138 #### #### | 138 #### #### | +81-90-####-#### | 090-####-#### | (+44) 7N## ###### | +44(0)7N########
+1.N##.N##.#### | 1(N##)N##-#### | N## - N## - #### | N##- N##- #### | +7 9## ###-##-## | 8 (9##) ###-##-##
079 ### ## ## | +41 79 ### ## ## | 0171-### ## ## | +358 4# ####### | +65 9### #### | 9### #### | 55 N### ####
02-N###-#### | +353 8# ### #### | 080######## | +63 917 ### #### | 1N# 4## #### | N # # N # # # # # #
N##-N##-#### ext. 12 | +1-N##-N##-####x12 | WhatsApp +91-9######### | (11) 9####-#### | +55 11 9####-####
612 3## ##1 | +48 5## ### ### | +234 80# ### #### | 447######### | N### ####
5## ### ### | 6## ### ### | 7## ### ### | 9## ### ### | 9##-###-###
""")
    }
    | {
        "090-####-####, full-width": in_script("090-####-####", 0xFF10, "-"),
        "(N##) N##-####, full-width": in_script("(N##) N##-####", 0xFF10, "-()"),
        "+966 5# ### ####, Arabic-Indic": in_script("+966 5# ### ####", 0x0660),
        "05########, Arabic-Indic": in_script("05########", 0x0660),
        "0912 ### ####, Persian": in_script("0912 ### ####", 0x06F0),
    },
}
# Forms that no mask looks for, each because ordinary text is written the same way.
HOPELESS = {
    *listed("""
/user/{} | 1N# 4## #### | 55 N### #### | 9### #### | N # # N # # # # # # | N### #### | r/ {} | the {} subreddit
u/ {} | user {} | {word}.com /{} | {} AT {word} . com | {} at {word}.com | {} dot com | {} gmail com | {}.me
{}.shop
""")
}
LOOKALIKES: dict[str, list[str]] = {
    "e-mail": listed("""
dinner @ 7 | 2 @ $3.50 each | meet me @ noon | look at this. It works | at the dot on the wall | (at the time)
connect the dots | a polka dot dress | at home (dot product) | we @ all of it | look at me.com on
"""),
    "link": listed("""
e.g. this | i.e. that | etc. | at 5 p.m. today | my Ph.D. in the U.S. | St. John | it ended.So I left
over.Me too | I left.It was late | with him.In the end | file.txt | v2.0.1 | 3.5 of 4.0 | Mr.Smith | wait...so
I know :/ | no :// yes | well.is it | to.be or not | node.js | me.and/or you | what?!/nothing | sad.us or them
"""),
    "user or subreddit": listed("""
and/or | he/she/they | her/him | your/you're | four/five | w/o | s/he | /s | h/t | r/t | hour/day | you/me
for/against | 24/7 | 1/2 | or/and | \u00fcber/unter | f\u00fcr/gegen | yes/no | m/f | n/a | his/hers | u/s
brother/sister
"""),
    "telephone": listed("""
2019-01-31 | 01-31-2019 | 31.01.2019 | 01/31/2019 | 1/31/19 | 2019-2023 | 2015 - 2019 | 10:30 | 10:30:59
2019-12-31 23:59 | 12/04/2020 10:30 | 12/04/2020 1030 | $1,200,000 | 1,000,000 | $500 000 | 100 000 000
1.000.000 | 500-1000 calories | 800-1200 | 150-200 lbs | 10-15 | 3.14159265 | 0.000012345 | 5'11" | 6-3, 6-4
24/7/365 | 9/11 | 1/2 | 10 000 | 50% | 401k | 988 | 741741 | 12345-6789 | 1600000000 | 1234567 | 2020 2021 2022
20-30 years | 1-2-3 | 7.5.2 | 192.168.1.1 | 1990s-2000s | 100-110-120 | 12 34 56 | 10 15 20 25 30 | 5 000 000
1500-2000 | -100.50 | 2018/2019 | 01.02.03 | 1 2 3 4 5 6 7 8 9 10 | 978-3-16-148410-0 | 60000-80000
2,000-3,000 | 509 509 509 | 777 777 777 | 500 600 700 | 509 512 530 | \uff12\uff10\uff11\uff19-\uff10\uff11-\uff13\uff11
\u0661\u0660 \u0661\u0665 \u0662\u0660 \u0662\u0665 \u0663\u0660
"""),
}


@dataclass(frozen=True)
class Rate:
    """How many of the tried went wrong, and in which forms."""

    tried: int
    wrong: int
    forms: tuple[str, ...]

    @property
    def share(self) -> float:
        return self.wrong / self.tried


def planted(forms: dict[str, Draw]) -> Iterator[tuple[str, str, str]]:
    """(Form, text with a detail in it, the part of it that must not be left)."""
    for form, draw in forms.items():
        for number in range(ROUNDS):
            detail, secret = draw(random.Random(f"{form} {number}"))
            for context in CONTEXTS:
                yield form, context.replace("{}", detail), secret


def miss_rate(forms: dict[str, Draw]) -> Rate:
    """Planted details that are still to be read after the masks."""
    missed = [form for form, text, secret in planted(forms) if secret.lower() in clean(text).lower()]
    tried = len(forms) * ROUNDS * len(CONTEXTS)
    return Rate(tried, len(missed), tuple(dict.fromkeys(missed)))


def false_rate(texts: list[str]) -> Rate:
    """Look-alikes that the masks change, in every context."""
    tried = [(text, context.replace("{}", text)) for text in texts for context in CONTEXTS]
    clear = {context: clean(context.replace("{}", "QQQ")).replace("QQQ", "{}") for context in CONTEXTS}
    spoilt = [
        text
        for text in texts
        for context in CONTEXTS
        if clean(context.replace("{}", text)) != clear[context].replace("{}", text).strip()
    ]
    return Rate(len(tried), len(spoilt), tuple(dict.fromkeys(spoilt)))


def table() -> str:
    """The rates in Markdown."""
    rows = ["| kind | forms | tried | missed | of these, in forms we look for |", "|---|---|---|---|---|"]
    for kind, forms in KINDS.items():
        meant = {form: draw for form, draw in forms.items() if form not in HOPELESS}
        every, looked_for = miss_rate(forms), miss_rate(meant)
        cells = [kind, len(forms), every.tried, f"{every.share:.1%}", f"{looked_for.share:.2%} of {looked_for.tried}"]
        rows.append(f"| {' | '.join(map(str, cells))} |")
    rows += ["", "| looks like | phrases | tried | masked wrongly |", "|---|---|---|---|"]
    for kind, texts in LOOKALIKES.items():
        rate = false_rate(texts)
        rows.append(f"| {kind} | {len(texts)} | {rate.tried} | {rate.share:.2%} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    print(table())
