"""Private details in a text are replaced by marks (paper A, section 4; requirement A-013)."""

import hashlib
import html
import re

_EMAIL = re.compile(r"[\w.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")
_MARKDOWN_LINK = re.compile(r"\[([^\]\n]{1,300})\]\((?:https?://|www\.|/)[^)\s]*\)")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>()\[\]\"']+", re.IGNORECASE)
_BARE_DOMAIN = re.compile(r"\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|edu|gov|io|co\.uk)(?:/[^\s<>()\[\]\"']*)?\b")
_NAME = re.compile(r"(?<![\w/])/?(?P<kind>[ur])/[A-Za-z0-9_-]{2,}", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<![\w.-])(?:"
    r"\+\d[\d .()-]{6,16}\d"  # international, with +
    r"|(?:1[ .-])?(?:\(\d{3}\)\s?|\d{3}[ .-])\d{3}[ .-]\d{4}"  # ten digits in groups
    r"|\d{3}[-.]\d{4}"  # local, seven digits
    r"|\d{10,11}"
    r")(?![\w-])"
)


def mask(text: str) -> str:
    """The text with [email], [link], [user], [subreddit] and [phone] in place of what they name."""
    if "@" in text:
        text = _EMAIL.sub("[email]", text)
    if "://" in text or "www." in text.lower() or "](" in text:
        text = _URL.sub("[link]", _MARKDOWN_LINK.sub(r"\1 [link]", text))
    if "." in text:
        text = _BARE_DOMAIN.sub("[link]", text)
    if "/" in text:
        text = _NAME.sub(lambda found: "[user]" if found["kind"].lower() == "u" else "[subreddit]", text)
    if any(map(str.isdigit, text)):
        text = _PHONE.sub("[phone]", text)
    return text


def clean(text: str) -> str:
    """Dump text as people wrote it: HTML entities resolved, NUL and zero-width characters gone, masked."""
    if "&" in text:
        text = html.unescape(text)
    return mask(text.replace("\x00", "").replace("\u200b", "").strip())


def hashed_author(name: str, salt: bytes) -> int:
    """The author as a signed 64-bit number; without the salt a name cannot be looked up."""
    digest = hashlib.blake2b(name.encode(), digest_size=8, key=salt).digest()
    return int.from_bytes(digest, "big", signed=True)


def salt_key(salt: str) -> bytes:
    """The salt as a key for `hashed_author`, of any length."""
    return hashlib.sha256(salt.encode()).digest()
