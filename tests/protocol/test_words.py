"""Fingerprints as twelve words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbale.protocol import MalformedError, fingerprint_words, same_words
from verbale.protocol.words import WORD_COUNT, _words

FINGERPRINTS = st.binary(min_size=32, max_size=32).map(bytes.hex)


def test_the_list_is_that_of_bip_39() -> None:
    words = _words()
    assert len(words) == len({word[:4] for word in words}) == 2048
    assert list(words) == sorted(words)
    assert (words[0], words[1], words[2047]) == ("abandon", "ability", "zoo")


@pytest.mark.parametrize(
    ("fingerprint", "words"),
    [
        pytest.param("0" * 64, ["abandon"] * 12, id="zeros"),
        pytest.param("f" * 64, ["zoo"] * 12, id="ones"),
        # The first eleven words of BIP-39's own vector for this entropy; its twelfth carries a checksum, ours bits.
        pytest.param(
            "7f" * 32,
            [
                "legal",
                "winner",
                "thank",
                "year",
                "wave",
                "sausage",
                "worth",
                "useful",
                "legal",
                "winner",
                "thank",
                "year",
            ],
            id="7f",
        ),
        pytest.param(
            "80" * 32,
            [
                "letter",
                "advice",
                "cage",
                "absurd",
                "amount",
                "doctor",
                "acoustic",
                "avoid",
                "letter",
                "advice",
                "cage",
                "absurd",
            ],
            id="80",
        ),
    ],
)
def test_a_word_is_11_bits_from_the_left(fingerprint: str, words: list[str]) -> None:
    assert list(fingerprint_words(fingerprint)) == words


@given(FINGERPRINTS)
def test_twelve_words_carry_the_first_132_bits(fingerprint: str) -> None:
    words = fingerprint_words(fingerprint)
    assert len(words) == WORD_COUNT
    number = 0
    for word in words:
        number = number << 11 | _words().index(word)
    assert f"{number:033x}" == fingerprint[:33]


@given(FINGERPRINTS, FINGERPRINTS)
def test_words_that_a_person_typed_name_one_fingerprint(fingerprint: str, other: str) -> None:
    words = fingerprint_words(fingerprint)
    assert same_words(fingerprint, " ".join(words))
    assert same_words(fingerprint, "  1. " + ",\n".join(words).upper() + ".")
    assert same_words(other, " ".join(words)) == (fingerprint[:33] == other[:33])
    assert not same_words(fingerprint, " ".join(words[:-1]))
    assert not same_words(fingerprint, "")


@pytest.mark.parametrize("text", ["", "ab", "0" * 63, "0" * 65, "g" * 64, "0" * 62 + "  ", "0" * 66, "é" * 64])
def test_a_fingerprint_has_64_hex_digits(text: str) -> None:
    with pytest.raises(MalformedError, match="a fingerprint has 64 hex digits"):
        fingerprint_words(text)
