"""The keys of Reddit's dumps and the types of their values, month by month, 2018-12 to 2024-01, as line templates.

Shapes only, from the public statistics of the monthly dumps (ArthurHeitmann/arctic_shift, schemas/): all of Reddit, so
a subreddit's own files may differ. A value `@name` is filled in for each row.
"""

import json
import re

EVER = ("0000-00", "9999-99")
_REPEATED = {key: None for key in ("author_flair_css_class", "author_flair_template_id", "author_flair_text")}
_AUTHOR = {"author_flair_richtext": [], "author_flair_type": "text", "author_fullname": "@fullname"}
_AUTHOR |= {"author_patreon_flair": False}  # missing, all of them, where the author is deleted
_FLAIR = {"author_flair_text": "just venting", "author_flair_css_class": "vent", "author_flair_type": "richtext"}
_FLAIR |= {"author_flair_richtext": [{"e": "text", "t": "just venting"}], "author_flair_background_color": "#dadada"}
_FLAIR |= {"author_flair_template_id": "0a1b2c3d-4e5f-11e9-8a3b-0e5d7a9c1b2d", "author_flair_text_color": "dark"}
_ICON = "https://www.redditstatic.com/gold/awards/icon/Illuminati_256.png"
_ICONS = [{"height": size, "url": f"{_ICON}?width={size}&amp;auto=webp&amp;s=5ca0", "width": size} for size in (16, 32)]
_AWARD = {"award_sub_type": "GLOBAL", "award_type": "global", "coin_price": 150, "coin_reward": 0, "count": 1}
_AWARD |= {"days_of_premium": 0, "description": "Thank you stranger.", "end_date": None, "icon_height": 2048}
_AWARD |= {"icon_url": _ICON, "id": "award_f44611f1", "is_enabled": True, "name": "Helpful", "resized_icons": _ICONS}
_AWARD |= {"resized_static_icons": _ICONS, "start_date": None, "static_icon_url": _ICON, "subreddit_id": None}

BOTH = (
    (EVER, {"author": "@author", "author_flair_background_color": None, "author_flair_text_color": None} | _REPEATED),
    (EVER, {"can_gild": True, "created_utc": "@created", "distinguished": "@distinguished", "edited": "@edited"}),
    (EVER, {"gilded": 0, "gildings": {}, "id": "@id", "no_follow": True, "score": "@score", "send_replies": True}),
    (EVER, {"stickied": "@stickied", "subreddit": "offmychest", "subreddit_id": "t5_2ranw"}),
    (EVER, {"subreddit_type": "public"}),
    (("0000-00", "2022-12"), {"author_created_utc": "@joined"}),
    (("2021-02", "2021-06"), {"retrieved_utc": "@retrieved"}),
    (("0000-00", "2021-01"), {"retrieved_on": "@retrieved"}),
    (("2021-07", "9999-99"), {"retrieved_on": "@retrieved"}),
    (("0000-00", "2021-01"), {"subreddit_name_prefixed": "r/offmychest", "can_mod_post": False}),
    (("2021-07", "9999-99"), {"subreddit_name_prefixed": "r/offmychest"}),
    (("2019-07", "9999-99"), {"all_awardings": [], "awarders": [], "total_awards_received": 0}),
    (("2020-06", "9999-99"), {"top_awarded_type": None, "treatment_tags": []}),
    (("2021-02", "9999-99"), {"name": "@fullid", "archived": False}),
    (("2023-04", "9999-99"), {"approved_at_utc": None, "approved_by": None, "author_is_blocked": False}),
    (("2023-04", "9999-99"), {"banned_at_utc": None, "banned_by": None, "created": "@created", "downs": 0}),
    (("2023-04", "9999-99"), {"likes": None, "mod_note": None, "mod_reason_by": None, "mod_reason_title": None}),
    (("2023-04", "9999-99"), {"mod_reports": [], "num_reports": None, "report_reasons": None, "saved": False}),
    (("2023-04", "9999-99"), {"ups": "@score", "user_reports": [], "can_mod_post": False}),
    (("2023-11", "9999-99"), {"_meta": {"is_edited": False, "retrieved_2nd_on": "@again"}}),
)
COMMENT = (
    *BOTH,
    (EVER, {"body": "@text", "collapsed": False, "collapsed_reason": None, "controversiality": 0}),
    (EVER, {"is_submitter": "@own", "link_id": "@link", "parent_id": "@parent"}),
    (EVER, {"permalink": "/r/offmychest/comments/@post@/@slug@/@self@/"}),
    (("0000-00", "2021-01"), {"removal_reason": None}),
    (("2023-04", "9999-99"), {"removal_reason": None, "replies": ""}),
    (("2019-03", "9999-99"), {"locked": False}),
    (("2019-07", "2021-01"), {"quarantined": False}),
    (("2020-06", "9999-99"), {"associated_award": None, "collapsed_because_crowd_control": None}),
    (("2020-06", "9999-99"), {"comment_type": None}),
    (("2021-02", "9999-99"), {"score_hidden": False, "collapsed_reason_code": None}),
    (("2022-06", "9999-99"), {"unrepliable_reason": None}),
)
_LINK = "/r/offmychest/comments/@self@/@slug@/"
SUBMISSION = (
    *BOTH,
    (EVER, {"title": "@title", "selftext": "@text", "url": f"https://www.reddit.com{_LINK}", "permalink": _LINK}),
    (EVER, {"domain": "self.offmychest", "is_self": True, "over_18": "@adult", "num_comments": 12, "media": None}),
    (EVER, {"allow_live_comments": False, "category": None, "content_categories": None, "contest_mode": False}),
    (EVER, {"discussion_type": None, "hidden": False, "is_crosspostable": True, "is_meta": False, "is_video": False}),
    (EVER, {"is_original_content": False, "is_reddit_media_domain": False, "is_robot_indexable": True}),
    (EVER, {"link_flair_background_color": "", "link_flair_css_class": None, "link_flair_richtext": []}),
    (EVER, {"link_flair_text": None, "link_flair_text_color": "dark", "link_flair_type": "text", "locked": False}),
    (EVER, {"media_embed": {}, "media_only": False, "num_crossposts": 0, "parent_whitelist_status": "all_ads"}),
    (EVER, {"pinned": False, "pwls": 6, "quarantine": False, "removal_reason": None, "removed_by": None}),
    (EVER, {"secure_media": None, "secure_media_embed": {}, "spoiler": False, "subreddit_subscribers": 1_799_033}),
    (EVER, {"suggested_sort": "confidence", "thumbnail": "self", "thumbnail_height": None, "thumbnail_width": None}),
    (EVER, {"whitelist_status": "all_ads", "wls": 6}),
    (("2019-09", "9999-99"), {"removed_by_category": "@removed"}),
    (("2020-05", "9999-99"), {"upvote_ratio": "@ratio"}),
)
_FIRST_FLOAT = {"comment": "2021-02", "submission": "2020-05"}  # `edited` is a whole number before, and from 2023-04


def compact(month: str) -> bool:
    """Which of the two styles met the month's lines have: `"k":v`, `\\/`, raw UTF-8, or `"k": v`, `\\uXXXX`."""
    return int(month[-2:]) % 2 == 1


def edited(kind: str, month: str, created: int) -> str:
    """The time of an edit as JSON."""
    return f"{created + 3600}.0" if _FIRST_FLOAT[kind] <= month < "2023-04" else str(created + 3600)


def template(kind: str, month: str, variant: str) -> str:
    """A line with `%(name)s` for each value that differs; `variant`: plain, gone (author deleted), flair or award."""
    fields: dict = {}
    for (first, last), more in COMMENT if kind == "comment" else SUBMISSION:
        if first <= month <= last:
            fields |= more
    if variant != "gone":
        fields |= _AUTHOR | ({"author_premium": False} if month >= "2020-06" else {})
    elif month < "2021-02":
        fields["author_fullname"] = None
    if variant == "gone" and "collapsed_reason_code" in fields:
        fields["collapsed_reason_code"] = "DELETED"
    if variant == "flair":
        fields |= _FLAIR
    if variant == "award" and "all_awardings" in fields:
        fields |= {"all_awardings": [_AWARD], "total_awards_received": 1, "gildings": {"gid_1": 1}}
    if compact(month):
        line = json.dumps(fields, separators=(",", ":"), ensure_ascii=False, sort_keys=True).replace("/", "\\/")
    else:
        line = json.dumps(fields, sort_keys=True)
    line = line.replace("%", "%%")
    return re.sub(r'"@(\w+)"|@(\w+)@', lambda found: f"%({found[1] or found[2]})s", line) + "\n"
