"""Private details in a text are replaced by marks (paper A, section 4; requirement A-013; rates: docs/privacy.md).

Masks run on every row that is kept: each is tried only where a cheap sign of it is found. Every repetition that a later
try would scan again is bounded, so a line of 20 MB takes time in proportion to its length.
"""

import hashlib
import html
import re

from scripts.reddit.phones import mask_phones

# What `clean` changes has one of these, white space at its ends apart: a sign, a carriage return, a letter right after
# a full stop, seven digits near one another, or a spelled-out at or dot. In the syntax of RE2, which finds it in many
# texts at once.
TOUCHED = r"[@&/\r\x00\x{200b}\x{feff}]|\.\pL|ww\.|(?:\pN\PN{0,3}){6}\pN|(?i:\bdot\b)|[(\[{<] ?(?i:at?|dot|\.) ?[)\]}>]"

# ---- links
_REST = r"(?:[^\s<>()\[\]\"'`]|\([^\s()<>]{0,200}\)|[\"'\u2019]{1,3}(?=\w))+(?<![.,;:!?*~])"
_URL = re.compile(rf"(?:\b[a-z][a-z+.-]{{1,9}}://|\bwww\.){_REST}", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(
    r"\[([^\[\]\n]{1,300})\]\( ?<?((?:[a-z]{2,9}:|www\.|/)(?:[^\s()]|\([^\s()]{0,200}\)){0,2000}+)"
    r"(?: {1,3}[\"'(][^\n\"')]{0,300}[\"')])? ?\)",
    re.IGNORECASE,
)
_PROFILE = re.compile(r"/(u|user|r)/", re.IGNORECASE)
_ENDINGS = "com|net|org|edu|gov|mil|io|info|biz|app|dev|xyz|gg|ly|tv|ca|ch|co|de|eu|nl|nz|uk"
# what may also be the first word of a sentence, where the blank before it was forgotten: only with a path
_WORDS = (
    "ai|am|art|at|be|blog|cc|ee|es|fm|fr|gl|gle|id|ie|im|in|is|it|link|live|me|no|online|page|pl|ru|se|sh|shop|site"
    "|store|to|us"
)
_DOMAIN_END = re.compile(rf"\.(?=\w)(?:(?:{_ENDINGS})\b|(?:{_WORDS})/)", re.IGNORECASE)
_DOMAIN = re.compile(
    r"(?<![\w-])(?:[\w-]{1,63}\.){1,5}"
    rf"(?:(?:{_ENDINGS})(?:\.[a-z]{{2}})?(?![\w-])(?::\d+)?(?:/(?:{_REST})?)?|(?:{_WORDS})/{_REST})",
    re.IGNORECASE,
)

# ---- e-mail addresses, as they are and spelled out
_LOCAL = r"(?<![\w.+\\-])(?:mailto:)?[\w.+\\-]{1,64}+(?:['\u2019&](?=\w)[\w.+\\-]{1,64}+){0,3}+"  # o'neil, tom&amy
_HOST = r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.[a-z]{2,}"
_MAILER = r"(?:(?:g|google|hot|proton|y)mail|outlook|yahoo|icloud|aol|gmx|live)"
_ENDING = r"(?:com|net|org|edu|co|uk|de|fr|ca|au|io|me)"
_EMAIL = re.compile(rf"{_LOCAL} ?@ ?(?:{_HOST}|{_MAILER}\b)", re.IGNORECASE)
_AT = r"(?: ?[(\[{<] ?(?:at?|@) ?[)\]}>] ?)"
_DOT = r"(?: ?[(\[{<] ?(?:dot|\.) ?[)\]}>] ?| dot )"
_SPELLED = re.compile(
    rf"{_LOCAL}(?:{_DOT}[\w-]{{1,63}}){{0,2}}(?:"
    rf"{_AT}(?:{_HOST}|[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{1,3}}|{_MAILER}\b)"
    rf"|(?: at | ?@ ?)[\w-]{{1,63}}(?:{_DOT}{_ENDING}){{1,2}}\b"
    rf"| ?@ ?[\w-]{{1,63}} ?\. ?{_ENDING}\b"
    rf"|(?: at |{_AT}){_MAILER}(?:\.[a-z]{{2,4}}){{1,2}}\b)",
    re.IGNORECASE,
)
_SPELLED_SIGN = re.compile(rf"[(\[{{<] ?(?:at?|@|dot|\.) ?[)\]}}>]| dot {_ENDING}| at {_MAILER}", re.IGNORECASE)

# ---- names
_NAME = re.compile(r"(?<![^\W_])(?<!/)/?(?P<kind>[ur])/[A-Za-z0-9_\\+-]+[A-Za-z0-9_]", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w@])@[A-Za-z_][\w.\\]{1,30}\w")
_MARKS = {"u": "[user]", "user": "[user]", "r": "[subreddit]"}

_TYPED = re.compile(r"&(?:#[xX]?)?[0-9A-Za-z]{2,30};")


def mask(text: str) -> str:
    """The text with [email], [link], [user], [subreddit] and [phone] in place of what they name."""
    if "/" in text or "ww." in text:
        text = _mask_links(text)
    ending = _DOMAIN_END.search(text)
    if "@" in text:
        text = _HANDLE.sub("[user]", _SPELLED.sub("[email]", _EMAIL.sub("[email]", text)))
    elif (ending or "dot" in text or "DOT" in text or ")" in text or "]" in text) and _SPELLED_SIGN.search(text):
        text = _SPELLED.sub("[email]", text)
    if ending:
        text = _DOMAIN.sub("[link]", text)
    return mask_phones(text)


def _mask_links(text: str) -> str:
    if "](" in text:
        text = _MARKDOWN_LINK.sub(_shown, text)
    if "://" in text or "ww." in text:
        text = _URL.sub("[link]", text)
    if "u/" in text or "r/" in text or "U/" in text or "R/" in text:
        text = _NAME.sub(lambda found: _MARKS[found["kind"].lower()], text)
    return text


def _shown(link: re.Match) -> str:
    """The words of a Markdown link and a mark; of a link to a person or a subreddit the mark alone."""
    named = _PROFILE.match(link[2])
    return _MARKS[named[1].lower()] if named else f"{link[1]} [link]"


def clean(text: str) -> str:
    """Dump text as its readers saw it: HTML entities resolved, NUL and zero-width characters gone, masked; every end of
    a line, `\\r\\n` and `\\r` too, is `\\n`.

    The dumps escape `&`, `<` and `>`; an entity that its writer typed (`&amp;#x200B;` in a dump) is resolved then.
    """
    if "&" in text:
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        text = _TYPED.sub(lambda found: html.unescape(found[0]), text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return mask(text.replace("\x00", "").replace("\u200b", "").replace("\ufeff", "").strip())


def hashed_author(name: str, salt: bytes) -> int:
    """The author as a signed 64-bit number; without the salt a name cannot be looked up."""
    digest = hashlib.blake2b(name.encode(), digest_size=8, key=salt).digest()
    return int.from_bytes(digest, "big", signed=True)
