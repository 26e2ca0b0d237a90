"""Words for a predicted digit of a picture: its confidence, or why it is not sure; for commands and the studio."""

from __future__ import annotations

from .language import Say


def digit_words(say: Say, answer: str, second: str, confidence: float, reason: str | None) -> str:
    """Return the prediction as a line of text.

    Parameters
    ----------
    say : function
        Words of `cli.CLI_WORDS` in a language.
    answer, second : str
        Names of the most and the second most likely class.
    confidence : float, 0 to 1
    reason : str or None
        Why it is not sure, a value of `handwriting.reasons.Reason`; None if it is.
    """
    sure = say("sure", share=confidence)
    if reason is None:
        return f"{answer}   {sure}"
    doubt = say("not_sure", reason=reason_words(say, answer, second, reason))
    return doubt if reason == "not_a_digit" else f"{answer}?   {doubt}   {sure}"


def reason_words(say: Say, answer: str, second: str, reason: str) -> str:
    """Return why a prediction is not sure, as part of a sentence; parameters as of `digit_words`."""
    return say(f"reason_{reason}", answer=answer, second=second)
