"""Made-up names: companies, medicines, trials, newspapers. None of them is meant to exist."""

from __future__ import annotations

from random import Random

_STEMS = (
    "Alvora", "Brenlow", "Cerulis", "Dovantis", "Elmarin", "Fenwyck", "Galdera", "Helvior", "Istrenna", "Jorvane", "Kelmora", "Lunaris",
    "Medivale", "Nordwyn", "Ostrava", "Pelloria", "Quintara", "Rosmark", "Selvanta", "Tervion", "Ulmaris", "Verenta", "Wexmoor", "Xanthis",
    "Yarrowell", "Zephora", "Ambrel", "Borealix", "Caldwyn", "Denholt", "Estravel", "Fjordane", "Greymont", "Hollisar", "Ivarra", "Jasperine",
    "Korvalis", "Lindmere", "Morvane", "Nuvelle", "Ordanis", "Prestwin", "Ravelle", "Sturmark", "Tolvane", "Umbrielle", "Vanterra", "Wolmar",
)
_ENDINGS = (
    "Pharma", "Therapeutics", "Biosciences", "Medical", "Laboratories", "Biologics", "Health", "Life Sciences", "Genetics", "Devices",
    "Vaccines", "Diagnostics", "Oncology", "Group", "Surgical", "Neuro",
)
_KATAKANA = ("アサミ", "ニシノ", "ミナト", "ヒカリ", "トキワ", "ハヤテ", "シラカワ", "オオゾラ", "カスガ", "ミズホラ")
_KATAKANA_ENDINGS = ("製薬", "メディカル", "バイオ", "薬品工業", "医療機器")
_DRUG_STARTS = (
    "ab", "bel", "cor", "dal", "ev", "fos", "gal", "hi", "il", "jan", "kel", "lor", "mav", "nir", "ol", "pem", "quil", "rof", "sel", "tal",
    "uv", "vor", "zan", "bri", "cle", "dro", "fla", "gro", "pri", "tru",
)
_DRUG_MIDDLES = ("a", "e", "i", "o", "u", "abi", "eno", "ita", "olu", "ura", "eli", "oca", "ire", "avo", "emi", "opo")
_DRUG_ENDINGS = (
    "tinib", "mab", "limab", "gliptin", "sartan", "prazole", "ciclib", "parib", "vastatin", "gepant", "kinra", "stat", "cept", "tide", "virsen",
    "xaban", "floxacin", "lukast", "dronate", "setron",
)
_TRIALS = (
    "ASPEN", "BEACON", "CASCADE", "DELTA", "ECLIPSE", "FALCON", "GARNET", "HARBOUR", "IRIS", "JUNO", "KESTREL", "LANTERN", "MERIDIAN",
    "NEPTUNE", "OPAL", "PILGRIM", "QUARTZ", "RAVEN", "SUMMIT", "TOPAZ", "UMBRA", "VECTOR", "WILLOW", "ZENITH",
)
_PAPER_STARTS = (
    "Pharma", "Medtech", "Biotech", "Vaccine", "Hospital", "Device", "Trial", "Clinic", "Lab", "Drug", "Therapy", "Health", "Biologics",
    "Dispensary", "Remedy", "Genome", "Tablet", "Surgery", "Patient", "Molecule", "Apothecary", "Diagnostics", "Oncology", "Formulary",
    "Ward", "Capsule", "Cohort", "Serum", "Syringe", "Scalpel", "Pipeline", "Bench",
)
_PAPER_ENDINGS = (
    "Ledger", "Courier", "Gazette", "Observer", "Chronicle", "Monitor", "Dispatch", "Register", "Post", "Herald", "Examiner", "Record",
    "Bulletin", "Inquirer", "Mercury", "Standard", "Digest", "Tribune", "Sentinel", "Almanac", "Recorder", "Reporter", "Journal", "Briefing",
    "Review", "Messenger", "Telegraph", "Advocate", "Mirror", "Echo", "Signal", "Compass",
)
_PAPERS_ABROAD = {
    "de": (
        ("Pharma", "Klinik", "Medizin", "Arznei", "Apotheken", "Biotech", "Labor", "Gesundheits", "Heilmittel", "Praxis"),
        ("blatt", "kurier", "anzeiger", "rundschau", "bote", "spiegelung", "wochenschau", "tageblatt", "brief", "warte"),
    ),
    "fr": (
        ("Gazette", "Courrier", "Écho", "Journal", "Moniteur", "Cahier", "Carnet", "Bulletin", "Messager", "Indicateur"),
        ("du Médicament", "de la Pharmacie", "des Cliniques", "du Soin", "des Laboratoires", "de la Biotechnologie", "des Soignants", "du Vaccin"),
    ),
}


def company_name(rng: Random, language: str) -> str:
    """The name of a company."""
    if language == "ja":
        return rng.choice(_KATAKANA) + rng.choice(_KATAKANA_ENDINGS)
    return f"{rng.choice(_STEMS)} {rng.choice(_ENDINGS)}"


def drug_name(rng: Random) -> str:
    """The name of an active ingredient, in the manner of international non-proprietary names."""
    return rng.choice(_DRUG_STARTS) + rng.choice(_DRUG_MIDDLES) + rng.choice(_DRUG_ENDINGS)


def trial_name(rng: Random) -> str:
    """The acronym of a trial."""
    return f"{rng.choice(_TRIALS)}-{rng.randint(1, 9)}"


def paper_name(rng: Random, language: str) -> str:
    """The name of a newspaper."""
    if language in _PAPERS_ABROAD:
        starts, endings = _PAPERS_ABROAD[language]
        return rng.choice(starts) + (" " if language == "fr" else "") + rng.choice(endings)
    return f"{rng.choice(_PAPER_STARTS)} {rng.choice(_PAPER_ENDINGS)}"
