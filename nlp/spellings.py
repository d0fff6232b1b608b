"""Other spellings of Vietnamese syllables that follow a rule: a tone on the wrong vowel, "fải", "nhữg".

A form that is a syllable itself is left alone, so no rule makes one word of two; but i and y, where
either is written, are one.
"""

from collections.abc import Iterator
from functools import cache
from itertools import product

from core.text import nfc

_CONSONANTS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
ONSETS = ("", *_CONSONANTS.split())
# Hoàng Phê (ed.), Từ điển tiếng Việt: the rimes that words have; a stop takes two tones only.
_RIMES = """
a e ê i o ô ơ u ư y ai ay ây ao au âu eo êu ia iu oi ôi ơi ua ui ưa ưi ưu oa oe uê uơ uy
oai oay uây oao oeo uyu iêu yêu uôi ươi ươu
am ăm âm em êm im om ôm ơm um iêm yêm uôm ươm oam oăm
an ăn ân en ên in on ôn ơn un iên yên uôn ươn oan oăn uân uyên
ang ăng âng eng ong ông ung ưng iêng yêng uông ương oang oăng uâng anh ênh inh oanh uênh uynh
"""
_STOPS = """
ap ăp âp ep êp ip op ôp ơp up iêp ươp
at ăt ât et êt it ot ôt ơt ut ưt iêt yêt uôt ươt oat oăt uât uyêt uyt
ac ăc âc oc ôc uc ưc iêc uôc ươc oac oăc ach êch ich oach uêch uych
"""
_TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
_VOWELS = "aăâeêioôơuưy"
# Letters of teenagers' spelling for an onset or a coda; none of them makes a syllable that is another's.
_ONSETS_TOO = {"ph": "f", "qu": "w", "c": "k"}
_CODAS_TOO = {"ng": "g", "nh": "h", "c": "k"}


def _bearer(rime: str) -> int:
    """Return which letter of a rime bears the tone, in the older style ("hòa") where there are two."""
    vowels = [n for n, letter in enumerate(rime) if letter in _VOWELS]
    shaped = [n for n in vowels if rime[n] in "ăâêôơ"] or [n for n in vowels if rime[n] == "ư"]
    if shaped:
        return shaped[-1]
    closed = len(vowels) < len(rime)
    if len(vowels) == 1:
        return vowels[0]
    return vowels[1] if closed or len(vowels) == 3 else vowels[0]


def _toned(text: str, place: int, tone: str) -> str:
    return nfc(text[: place + 1] + tone + text[place + 1 :])


def _syllables() -> Iterator[tuple[str, str, str]]:
    """Yield onset, rime and tone of each syllable that the spelling allows, and of some that it does not."""
    for onset in ONSETS:
        for rime, tone in (*product(_RIMES.split(), _TONES), *product(_STOPS.split(), _TONES[-2:])):
            # Of two letters for one sound each rime takes one; "giì", "quu" and the like are not written.
            front = rime[0] in "eêiy"
            if (onset in ("k", "gh", "ngh") and not front) or (onset in ("c", "g", "ng") and front):
                continue
            if (onset == "qu" and rime[0] in "uưoô") or (onset == "gi" and rime[0] in "iy"):
                continue
            yield onset, rime, tone


@cache
def other_spellings() -> dict[str, str]:
    """Return the forms (lower case, NFC) that a rule makes of a syllable, and the syllable."""
    whole: set[str] = set()
    found: dict[str, str] = {}
    for onset, rime, tone in _syllables():
        syllable = onset + _toned(rime, _bearer(rime), tone)
        whole.add(syllable)
        for form in _forms(onset, rime, tone):
            found.setdefault(form, syllable)
    ruled = {form: syllable for form, syllable in found.items() if form not in whole and not _foreign(form)}
    return ruled | _either()


def _either() -> dict[str, str]:
    """Return the syllables that are written with i or y: "kĩ" and "kỹ" are one, "bác sỹ" is "bác sĩ"."""
    one = {
        onset + _toned("y", 0, tone): onset + _toned("i", 0, tone)
        for onset in "hklmst"
        for tone in _TONES
        if tone
    }
    return one | {"qu" + _toned("i", 0, tone): "qu" + _toned("y", 0, tone) for tone in _TONES}


def _foreign(form: str) -> bool:
    """Say whether a form may be a word of another language: "fan", "bag". Those with k are kept: "kon"."""
    return form.isascii() and not form.startswith("k")


def _forms(onset: str, rime: str, tone: str) -> Iterator[str]:
    bearer = _bearer(rime)
    other = _ONSETS_TOO.get(onset)
    if other:
        yield other + _toned(rime, bearer, tone)
    for coda, written in _CODAS_TOO.items():
        if rime.endswith(coda) and not rime.endswith("n" + coda):
            yield onset + _toned(rime.removesuffix(coda), bearer, tone) + written
    if tone:
        whole = onset + rime
        for place, letter in enumerate(whole):
            if letter in _VOWELS and place != len(onset) + bearer:
                yield _toned(whole, place, tone)
        if bearer == len(rime) - 1:  # "béee": the tone typed, then the vowel drawn out
            yield onset + _toned(rime, bearer, tone) + nfc(rime[-1])
    if "ươ" in rime:
        for half in ("uơ", "ưo"):  # one horn forgotten
            yield onset + _toned(rime.replace("ươ", half), bearer, tone)
