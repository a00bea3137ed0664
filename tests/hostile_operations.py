"""Operations that try to get a word of theirs into an answer or a log line."""

from __future__ import annotations

from typing import Any

CANARY = "Canary_Lindqvist_7731"

C = CANARY
IN_FRAGMENT = f"{{identifier: {{permitNumber: ${C}}}}}"
BOTH_NUMBERS = f'{{permitNumber: "{C}", passportNumber: "{C}"}}'
HOSTILE: dict[str, tuple[str, dict[str, Any] | None]] = {
    "syntax: name": (f"{{ row {{ number }} }} {C}", None),
    "syntax: string": (f'{{ row "{C}" }}', None),
    "syntax: open string": (f'{{ kind(kind: "{C} }}', None),
    "syntax: block string": (f'{{ row """{C}', None),
    "syntax: escape": (f'{{ kind(kind: "\\q{C}") }}', None),
    "syntax: number": (f"{{ kinds(numbers: [12{C}]) }}", None),
    "syntax: unknown character": (f"{{ ? {C} }}", None),
    "syntax: keyword": (f"{C} {{ row }}", None),
    "field": (f"{{ {C} }}", None),
    "nested field": (f"{{ row {{ {C} {{ {C} }} }} }}", None),
    "argument": (f"{{ rows({C}: 1) {{ number }} }}", None),
    "argument twice": (f"{{ rows({C}: 1, {C}: 2) {{ number }} }}", None),
    "directive": (f'{{ row @{C}({C}: "{C}") {{ number }} }}', None),
    "argument of a directive": (f'{{ row @skip({C}: "{C}") {{ number }} }}', None),
    "value of a directive": (f'{{ row @skip(if: "{C}") {{ number }} }}', None),
    "type": (f"query (${C}: {C}) {{ __typename }}", None),
    "fragment on unknown type": (f"{{ row {{ ... on {C} {{ number }} }} }}", None),
    "fragment that is missing": (f"{{ ...{C} }}", None),
    "fragment that is unused": (
        f"{{ __typename }} fragment {C} on Query {{ __typename }}",
        None,
    ),
    "fragment twice": (
        f"{{ ...{C} }} fragment {C} on Query {{ kind }} fragment {C} on Query {{ kind }}",
        None,
    ),
    "fragment in itself": (f"{{ ...{C} }} fragment {C} on Query {{ ...{C} }}", None),
    "fragment that never fits": (f"{{ ...{C} }} fragment {C} on Row {{ number }}", None),
    "fragment of a leaf": (f"{{ ...{C} }} fragment {C} on Int {{ number }}", None),
    "operation twice": (f"query {C} {{ __typename }} query {C} {{ __typename }}", None),
    "definition": (f"type {C} {{ a: Int }} {{ __typename }}", None),
    "subscription": (f"subscription {C} {{ {C} }}", None),
    "variable undeclared": (f"{{ kind(kind: ${C}) }}", None),
    "variable undeclared in oneOf": (
        f'{{ find(proof: {{fullName: "{C}", identifier: {{permitNumber: ${C}}}}}) }}',
        None,
    ),
    "variable in oneOf of a fragment": (
        f"query (${C}: ID!) {{ ...F }} fragment F on Query {{ find(proof: {IN_FRAGMENT}) }}",
        {C: C},
    ),
    "variable twice": (f"query (${C}: Int, ${C}: Int) {{ kinds(numbers: [${C}]) }}", None),
    "variable unused": (f"query (${C}: Int) {{ __typename }}", None),
    "variable of another type": (f"query (${C}: Int) {{ kind(kind: ${C}) }}", None),
    "variable of an output type": (f"query (${C}: Row) {{ kind(kind: ${C}) }}", None),
    "literal enum": (f"{{ kind(kind: {C}) }}", None),
    "literal string": (f'{{ kind(kind: "{C}") }}', None),
    "literal int": ('{ rows(first: "' + C + '") { number } }', None),
    "literal object": (f'{{ find(proof: {{{C}: "{C}"}}) }}', None),
    "literal oneOf": (
        f'{{ find(proof: {{fullName: "{C}", identifier: {BOTH_NUMBERS}}}) }}',
        None,
    ),
    "literal hint": (f"{{ kind(kind: \"Did you mean '{C}'?\") }}", None),
    "literal int too large": ("{ kinds(numbers: [77317731773177317731]) }", None),
    "default": (f'query ($n: Int = "{C}") {{ rows(first: $n) {{ number }} }}', None),
    "conflict": (f"{{ {C}: row {{ number }} {C}: __typename }}", None),
    "leaf with fields": (f"{{ row {{ number {{ {C} }} }} }}", None),
    "value enum": ("query ($k: Kind!) { kind(kind: $k) }", {"k": C}),
    "value of another type": ("query ($k: Kind!) { kind(kind: $k) }", {"k": {C: C}}),
    "value int": ("query ($n: [Int!]!) { kinds(numbers: $n) }", {"n": [1, C]}),
    "value key": ("query ($p: Proof!) { find(proof: $p) }", {"p": {C: C, "fullName": C}}),
    "value missing": ("query ($p: Proof!) { find(proof: $p) }", {"p": {"fullName": C}}),
    "value oneOf": (
        "query ($p: Proof!) { find(proof: $p) }",
        {"p": {"fullName": C, "identifier": {"permitNumber": C, "passportNumber": C}}},
    ),
    "value oneOf null": (
        "query ($p: Proof!) { find(proof: $p) }",
        {"p": {"fullName": C, "identifier": {"permitNumber": None}}},
    ),
    "value too large": ("query ($n: [Int!]!) { kinds(numbers: $n) }", {"n": [7731 * 10**30]}),
    "many values": ("query ($n: [Int!]!) { kinds(numbers: $n) }", {"n": [C] * 90}),
    "null where it may not be": (
        f"query (${'n'}: Int) {{ rows(first: $n) {{ number }} __typename @skip(if: false) }}",
        {"n": None},
    ),
    "resolver": ("{ row { broken } }", {"unused": C}),
}
