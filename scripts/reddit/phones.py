"""Telephone numbers in a text, in the shapes that people write them in; dates, ranges, sums and times are not meant."""

import re

_GAP = r"[ .\-\u00a0\u2010-\u2013]"  # between groups of digits
_DATE = r"(?:[0-9]{1,2}[./-][0-9]{1,2}[./-](?:19|20)?[0-9]{2}|(?:19|20)[0-9]{2}[./-][0-9]{1,2}[./-][0-9]{1,2})(?![0-9])"
_SUM = r"[0-9]{1,3}(?:[ .][0-9]{3}){0,4}[ .]000(?![0-9])"  # 500 000 000; bounded: it is tried at every digit
_COUNTRIES = "33|34|39|4[0-9]|5[2-7]|6[1-5]|8[1-6]|9[0-8]"  # calling codes of two digits
_SHAPES = (
    # +44 (0)20 7946 0958, 0044 20 7946 0958
    rf"\+ ?[0-9]{{1,3}}(?:(?:{_GAP}|[()/]){{0,3}}[0-9]){{6,12}}",
    rf"00[1-9](?:{_GAP}{{0,2}}[0-9]){{8,12}}",
    # North America: (555) 123-4567, 1-555-123-4567, 555/123-4567
    rf"(?:1{_GAP}?)?(?:\([2-9][0-9]{{2}}\){_GAP}?|[2-9][0-9]{{2}}(?:{_GAP}{{1,3}}|/))[0-9]{{3}}{_GAP}{{1,3}}[0-9]{{4}}",
    # with a leading zero: 01 23 45 67 89, and 9 to 12 digits as in 020 7946 0958, 030/1234567, 07700 900123
    rf"0[1-9](?:{_GAP}[0-9]{{2}}){{4}}",
    rf"\(?(?!{_DATE})0[1-9][0-9]{{0,4}}\)?(?:/|{_GAP}{{1,2}})(?=(?:[0-9]{_GAP}?){{6,9}}(?![0-9]))"
    rf"[0-9]{{2,9}}(?:{_GAP}[0-9]{{2,8}}){{0,3}}",
    # (11) 98765-4321; 138 0013 8000; 98765 43210 and no range of round numbers; 612 345 678 and no sum (see _COUNT)
    rf"\([1-9][0-9]{{1,3}}\){_GAP}?[0-9](?:{_GAP}?[0-9]){{5,8}}",
    rf"[0-9]{{3}}{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}}",
    rf"(?![0-9]{{3}}00{_GAP}[0-9]{{3}}00)[6-9][0-9]{{4}}[ -][0-9]{{5}}",
    rf"(?!{_SUM})[5-9][0-9]{{2}}{_GAP}[0-9]{{3}}{_GAP}[0-9]{{3}}",
    # 555-0123 and no range such as 500-1000 or 875-1125
    r"(?![0-9]{2}[05][-.][0-9]{3}[05])[2-9][0-9]{2}[-.][0-9]{4}",
    # without gaps; ten digits that begin with 1 are more often seconds since 1970
    rf"(?![0-9]{{4,9}}0000(?![0-9]))(?:0[1-9][0-9]{{8,9}}|1?[2-9][0-9]{{9}}|(?:{_COUNTRIES})[0-9]{{9,11}})",
)
# not inside a word, a decimal, a time or a sum, and not the head of a longer number
_PHONE = re.compile(
    r"(?<!\w)(?<![0-9][.,:/-])(?<![A-Za-z]-)(?<![$\u00a3\u20ac#])"
    rf"(?:{'|'.join(_SHAPES)})(?: ?(?:x|ext\.?) ?[0-9]{{1,5}})?(?!\w)(?![-./:,]?[0-9])"
)
# 777 777 777 or 500 600 700: more often said of something else, unless a word before it tells
_COUNT = re.compile(r"([0-9]{3})(?:[ \u00a0]\1){2}|(?:[0-9]{2}0[ \u00a0]){2}[0-9]{2}0")
_TOLD = re.compile(
    r"\b(?:call|text|phone|tele?(?:phone)?|cell|mobile|whatsapp|sms|dial|number)\b[^0-9\n]{0,15}$", re.IGNORECASE
)
# full-width signs and the digits of other scripts as ASCII has them, one for one: places in the text stay the same
_ZEROS = (0x0660, 0x06F0, 0x0966, 0x09E6)  # Arabic-Indic, Persian, Devanagari, Bengali
_PLAIN = {zero + digit: str(digit) for zero in _ZEROS for digit in range(10)}
_PLAIN |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
_OTHER = re.compile(f"[{''.join(chr(code) for code in _PLAIN if chr(code).isdecimal())}]")
_SEVEN = re.compile(r"[0-9][0-9 .()/\-\u00a0\u2010-\u2013]{5,}[0-9]")  # the sign: digits and gaps in a row


def mask_phones(text: str) -> str:
    """The text with [phone] in place of telephone numbers."""
    plain = text if text.isascii() or not _OTHER.search(text) else text.translate(_PLAIN)
    # ten scans for one character are three times faster than one for a class of characters
    if (
        ("0" in plain or "1" in plain or "2" in plain or "3" in plain or "4" in plain)
        or ("5" in plain or "6" in plain or "7" in plain or "8" in plain or "9" in plain)
    ) and _SEVEN.search(plain):
        return _masked(text, plain)
    return text


def _masked(text: str, plain: str) -> str:
    parts, end = [], 0
    for found in _PHONE.finditer(plain):
        if not _COUNT.fullmatch(found[0]) or _TOLD.search(plain, max(0, found.start() - 30), found.start()):
            parts += [text[end : found.start()], "[phone]"]
            end = found.end()
    return "".join([*parts, text[end:]])
