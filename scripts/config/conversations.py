"""Schema of the labelled conversations: Reddit threads, their labels, positivity, targets, and figure 2."""

from typing import Annotated, Literal

from pydantic import Field

from scripts.config.blocks import Count, Date, RelativePath, Section, Share, Text


class PostFilter(Section):
    """Which submissions are kept."""

    upvote_ratio: Share = Field(description="least share of upvotes")
    missing_ratio: Literal["keep", "drop"] = Field(description="posts without the field (most before 2020-04)")
    score: int = Field(description="least score")
    least_words: Count = Field(description="words of title and text, at least")
    most_words: Count = Field(description="words of title and text, at most")
    adult: Literal["keep", "drop"] = Field(description="posts marked over 18")


class CommentFilter(Section):
    """Which comments are kept."""

    score: int = Field(description="least score of a supporter's comment")
    reply_score: int = Field(description="least score of the OP's reply")
    least_words: Count = Field(description="words, at least")
    most_words: Count = Field(description="words, at most")


class RedditFilter(Section):
    post: PostFilter = Field(description="submissions")
    comment: CommentFilter = Field(description="comments")
    max_bad: Share = Field(description="share of unreadable lines from which a dump is refused")


class Paths(Section):
    """Length of a multi-turn thread."""

    least: Annotated[int, Field(ge=4)] = Field(description="utterances, at least (3 are single-turn)")
    most: Count = Field(description="utterances, at most")


class HeldOut(Section):
    dev: Count = Field(description="threads")
    test: Count = Field(description="threads")


class Splits(Section):
    single: HeldOut = Field(description="post, comment, OP reply")
    multi: HeldOut = Field(description="longer paths")


class Reddit(Section):
    """Dumps to threads."""

    from_: Date = Field(alias="from", description="first day kept, UTC")
    to: Date = Field(description="last day kept, UTC")
    filter: RedditFilter = Field(description="quality filter")
    salt: Text | None = Field(description="of author numbers; null: drawn once on this machine, a text is public")
    salt_file: RelativePath = Field(description="where the drawn salt lies; never overwritten")
    same_commenter: bool = Field(description="must all comments of a path have one author?")
    multi: Paths = Field(description="multi-turn threads")
    siblings: Count = Field(description="sibling comments kept a thread, answered ones and high scores first")
    splits: Splits = Field(description="sizes held out by submission; train is the rest")


class Labels(Section):
    value_threshold: Share = Field(description="a value is present above this probability (strict)")


class Positivity(Section):
    """When an utterance counts as positive."""

    rule: Literal["v_reg", "v_oc"] = Field(description="v_reg (strength 0 to 1, above) or v_oc (class, at least)")
    threshold: float = Field(description="bound of that rule")


class Targets(Section):
    top: Count = Field(description="target values of a turn, at most")


class ValueEffects(Section):
    """Figure 2 on ESConv."""

    window: Count = Field(description="last seeker turns that are counted")
    alpha: Share = Field(description="a value is shown when its p is below")
