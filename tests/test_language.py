"""Accept-Language decides between English and Chinese as RFC 9110, section 12.5.4, says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.language import preferred_language
from resolvers.vocabulary import Language
from tests.serving import Serving

EN, ZH = Language.EN, Language.ZH

HEADERS = {
    None: EN,
    "": EN,
    ",,": EN,
    "en": EN,
    "zh": ZH,
    "ZH": ZH,
    "zh-CN": ZH,
    "zh-Hans-CN": ZH,
    "zh-TW": ZH,
    "fr": EN,
    "fr, zh": ZH,
    "de-DE, de;q=0.9, zh;q=0.1": ZH,
    "zh, en": EN,
    "en, zh": EN,
    "zh-CN,zh;q=0.9,en;q=0.8": ZH,
    "en-US,en;q=0.9,zh;q=0.8": EN,
    "en;q=0.8, zh;q=0.81": ZH,
    "en;q=0.2,zh;q=0.1,zh-HK;q=0.7": ZH,
    " zh ; q=1.0 , en ; q=0.5 ": ZH,
    "zh\t;\tq=1": ZH,
    "zh;Q=0.9, en;q=0.1": ZH,
    "zh;q=0": EN,
    "zh;q=0, *": EN,
    # A range that names a language goes before the star, which stands for all others.
    "*": EN,
    "*, zh;q=0.5": EN,
    "en;q=0, *": ZH,
    "en;q=0.5, *": ZH,
    "fr, en;q=0.5, *;q=0.1": EN,
    "de, *;q=0.5": EN,
    # Malformed ranges are passed over.
    "zh;q=2": EN,
    "zh;q=-1": EN,
    "zh;q=nan": EN,
    "zh;q=inf": EN,
    "zh;q=1e0": EN,
    "zh;q=0.1234, en;q=0.1": EN,
    "zh;q=": EN,
    "zh;q": EN,
    "zh;level=1": EN,
    "zh;q=0.9;q=0.8": EN,
    "zh_CN": EN,
    "zhx": EN,
    "x-zh": EN,
    "zh;q=broken, zh;q=0.3": ZH,
    "中文": EN,
    # Twenty ranges are read.
    ", ".join(["fr"] * 19 + ["zh"]): ZH,
    ", ".join(["fr"] * 20 + ["zh"]): EN,
}


@pytest.mark.parametrize(("header", "language"), HEADERS.items())
def test_a_header_gives_this_language(header: str | None, language: Language) -> None:
    assert preferred_language(header) is language


@given(st.text(st.sampled_from("zhen-*;q=01.,_ \t中"), max_size=200))
def test_no_header_fails(header: str) -> None:
    assert preferred_language(header) in Language


@given(
    st.lists(
        st.tuples(st.sampled_from(["en", "zh", "fr", "zh-CN"]), st.integers(0, 1000)), max_size=20
    )
)
def test_the_order_of_ranges_does_not_matter(ranges: list[tuple[str, int]]) -> None:
    header = ",".join(f"{tag};q={weight / 1000:.3f}" for tag, weight in ranges)
    turned = ",".join(f"{tag};q={weight / 1000:.3f}" for tag, weight in reversed(ranges))
    assert preferred_language(header) is preferred_language(turned)


async def test_texts_follow_the_header_and_codes_do_not(serving: Serving) -> None:
    texts = set()
    for header in ("en", "zh"):
        answer = await serving.client().execute(
            "{ biometricConsentNotice { version text } }", headers={"Accept-Language": header}
        )
        texts.add(answer["biometricConsentNotice"]["text"])
        assert answer["biometricConsentNotice"]["version"] == "2026-11"
    assert len(texts) == 2
