"""Accept-Language (RFC 9110, 12.5.4) → one of the two languages that we speak."""

from __future__ import annotations

from resolvers.vocabulary import Language

_MAX_RANGES = 20


def preferred_language(header: str | None) -> Language:
    """English unless Chinese is wanted more. Anything malformed is passed over."""
    weights = dict.fromkeys(Language, 0.0)
    for part in (header or "").split(",")[:_MAX_RANGES]:
        tag, _, parameters = part.strip().partition(";")
        primary = tag.strip().lower().split("-")[0]
        weight = _weight(parameters)
        for language in Language:
            if primary in (language.value, "*"):
                weights[language] = max(weights[language], weight)
    return Language.ZH if weights[Language.ZH] > weights[Language.EN] else Language.EN


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if not parameters.strip():
        return 1.0
    try:
        weight = float(value) if name.strip().lower() == "q" else 0.0
    except ValueError:
        return 0.0
    return weight if 0.0 <= weight <= 1.0 else 0.0
