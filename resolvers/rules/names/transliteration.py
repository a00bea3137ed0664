"""How passports write letters in A to Z, as data.

Keys are single case-folded letters in composed form; values are the spellings that the same letter
may have in the Latin alphabet, beside its plain form (the letter without its marks).

Sources: ICAO Doc 9303-3, section 6 (A Latin-based, B Cyrillic with its notes per language,
C Arabic), ELOT 743 for Greek. Spellings that passports use or used beside the recommended ones
(Russian `ya`, Ukrainian `yi`, Azerbaijani `a`) are marked.
"""

from __future__ import annotations

from collections.abc import Mapping

PLAIN: Mapping[str, str] = {
    # Latin letters that Unicode does not decompose, or whose one spelling is in the ICAO table.
    "ı": "i",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "þ": "th",
    "ð": "d",
    "đ": "d",
    "ħ": "h",
    "ĸ": "q",
    "ł": "l",
    "ŋ": "n",
    "ŧ": "t",
    # Not in the ICAO table: West African, Azerbaijani and other extended Latin letters.
    "ə": "e",
    "ǝ": "e",
    "ɓ": "b",
    "ɖ": "d",
    "ɗ": "d",
    "ɛ": "e",
    "ƒ": "f",
    "ɣ": "g",
    "ɨ": "i",
    "ƙ": "k",
    "ɔ": "o",
    "ʉ": "u",
    "ʋ": "v",
    "ƴ": "y",
    "ƶ": "z",
    # Arabic letters that differ by keyboard or position only.
    "ى": "ي",
    "ی": "ي",
    "ک": "ك",
    "ة": "ه",
    "ہ": "ه",
    "ھ": "ه",
    "ە": "ه",
    "ٱ": "ا",
}
"""Letter → the plain form that it is compared in; letters that are absent are their own."""

LATIN: Mapping[str, tuple[str, ...]] = {
    "ä": ("ae",),
    "å": ("aa",),
    "ö": ("oe",),
    "ø": ("oe",),
    "ü": ("ue", "uxx"),
    "ñ": ("nxx",),
    "ĸ": ("k",),
    "ə": ("a",),  # Azerbaijani passports
}

CYRILLIC: Mapping[str, tuple[str, ...]] = {
    "а": ("a",),
    "б": ("b",),
    "в": ("v",),
    "г": ("g", "h"),  # H: Belarusian, Serbian, Ukrainian
    "д": ("d",),
    "е": ("e", "ye"),  # YE: practice
    "ё": ("e", "io", "yo"),  # IO: Belarusian; YO: practice
    "ж": ("zh", "z"),  # Z: Serbian
    "з": ("z",),
    "и": ("i", "y"),  # Y: Ukrainian
    "і": ("i",),
    "й": ("i", "y"),  # Y: practice
    "к": ("k",),
    "л": ("l",),
    "м": ("m",),
    "н": ("n",),
    "о": ("o",),
    "п": ("p",),
    "р": ("r",),
    "с": ("s",),
    "т": ("t",),
    "у": ("u",),
    "ф": ("f",),
    "х": ("kh", "h"),  # H: Serbian, Macedonian
    "ц": ("ts", "c"),  # C: Serbian, Macedonian
    "ч": ("ch", "c"),  # C: Serbian
    "ш": ("sh", "s"),  # S: Serbian
    "щ": ("shch", "sht"),  # SHT: Bulgarian
    "ъ": ("ie", "a", ""),  # A: Bulgarian practice
    "ы": ("y",),
    "ь": ("",),
    "э": ("e",),
    "ю": ("iu", "yu"),  # YU: practice
    "я": ("ia", "ya"),  # YA: practice
    "ѵ": ("y",),
    "ґ": ("g",),
    "ў": ("u",),
    "ѫ": ("u",),
    "ѓ": ("g", "gj"),  # GJ: Macedonian
    "ђ": ("d", "dj"),  # DJ: practice
    "ѕ": ("dz",),
    "ј": ("j",),
    "ќ": ("k", "kj"),  # KJ: Macedonian
    "љ": ("lj",),
    "њ": ("nj",),
    "ћ": ("c",),
    "џ": ("dz", "dj"),  # DJ: Macedonian
    "є": ("ie", "ye"),  # YE: practice
    "ї": ("i", "yi"),  # YI: practice
    # Not in the ICAO table: Central Asian letters.
    "ә": ("a", "ae"),
    "ғ": ("g", "gh"),
    "қ": ("k", "q"),
    "ң": ("n", "ng"),
    "ө": ("o",),
    "ұ": ("u",),
    "ү": ("u",),
    "һ": ("h",),
    "ҳ": ("h",),
    "ҷ": ("j",),
    "ӣ": ("i",),
    "ӯ": ("u",),
}

GREEK: Mapping[str, tuple[str, ...]] = {
    "α": ("a",),
    "β": ("v",),
    "γ": ("g", "n"),  # N before γ, ξ, χ
    "δ": ("d",),
    "ε": ("e",),
    "ζ": ("z",),
    "η": ("i",),
    "θ": ("th",),
    "ι": ("i",),
    "κ": ("k",),
    "λ": ("l",),
    "μ": ("m",),
    "ν": ("n",),
    "ξ": ("x",),
    "ο": ("o",),
    "π": ("p",),
    "ρ": ("r",),
    "σ": ("s",),
    "τ": ("t",),
    "υ": ("y", "u", "v", "f"),  # U in ου; V or F in αυ, ευ, ηυ
    "φ": ("f",),
    "χ": ("ch",),
    "ψ": ("ps",),
    "ω": ("o",),
}

ARABIC: Mapping[str, tuple[str, ...]] = {
    "ء": ("xe",),
    "آ": ("xaa",),
    "أ": ("xae",),
    "ؤ": ("u",),
    "إ": ("i",),
    "ئ": ("xi",),
    "ا": ("a",),
    "ب": ("b",),
    "ة": ("xah", "xta"),  # XAH at the end of a name, XTA elsewhere
    "ت": ("t",),
    "ث": ("xth",),
    "ج": ("j",),
    "ح": ("xh",),
    "خ": ("xkh",),
    "د": ("d",),
    "ذ": ("xdh",),
    "ر": ("r",),
    "ز": ("z",),
    "س": ("s",),
    "ش": ("xsh",),
    "ص": ("xss",),
    "ض": ("xdz",),
    "ط": ("xtt",),
    "ظ": ("xzz",),
    "ع": ("e",),
    "غ": ("g",),
    "ف": ("f",),
    "ق": ("q",),
    "ك": ("k",),
    "ل": ("l",),
    "م": ("m",),
    "ن": ("n",),
    "ه": ("h",),
    "و": ("w",),
    "ى": ("xay",),
    "ي": ("y",),
    "ٱ": ("xxa",),
    "ٹ": ("xxt",),
    "ټ": ("xrt",),
    "پ": ("p",),
    "ځ": ("xke",),
    "څ": ("xxh",),
    "چ": ("xc",),
    "ڈ": ("xxd",),
    "ډ": ("xdr",),
    "ڑ": ("xxr",),
    "ړ": ("xrr",),
    "ږ": ("xrx",),
    "ژ": ("xj",),
    "ښ": ("xxs",),
    "ک": ("xkk",),
    "ګ": ("xxk",),
    "ڭ": ("xng",),
    "گ": ("xgg",),
    "ں": ("xnn",),
    "ڼ": ("xxn",),
    "ھ": ("xdo",),
    "ہ": ("xxg",),
    "ی": ("xya", "y", "xay"),  # ICAO allows Y and XAY for the Farsi yeh
    "ۍ": ("xxy",),
    "ې": ("y",),
    "ے": ("xyb",),
}

SPELLINGS: Mapping[str, tuple[str, ...]] = {**LATIN, **CYRILLIC, **GREEK, **ARABIC}
