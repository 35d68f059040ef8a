"""Function words of the languages of the press: enough to tell whether a page is in the language that it declares."""

from __future__ import annotations

_WORDS = {
    "en": "the and of to that is was for with are this have from not but they which will has been their said would",
    "de": "der die und das ist nicht von den mit sich des dem ein eine auf für im auch wird sind haben werden wurde nach",
    "fr": "le la les des et est une dans pour que qui pas sur avec ce sont au par plus cette ont aux était leur",
    "es": "el la los las de que y en un una por con para del se es no su al lo más como pero sus fue",
    "it": "il di che la e per un una non sono con del della è le dei si da nel al alla gli anche più come",
    "pt": "o a os as de que e do da em um uma para com não por no na se mais dos das ao como foi são",
    "nl": "de het een van en is dat op te zijn met voor niet aan die er maar ook om wordt door bij naar heeft",
    "sv": "och att det som en på är av för med den till inte har ett om var från kan men han de vi så",
    "no": "og det som en på er av for med den til ikke har et om var fra kan men han de vi så at",
    "da": "og at det som en på er af for med den til ikke har et om var fra kan men han de vi så ved",
    "fi": "ja on ei että se oli hän mutta kun myös ovat joka sen mukaan jos kuin ole vuoden sekä tai ovat niin",
    "pl": "i w na z że się do nie to jest o jak po dla od przez za są co może ale jego tym był oraz",
    "cs": "a v na se že je z do to s pro o jsou by za podle ale jak jeho byl který po také při jeho",
    "sk": "a v na sa že je z do to s pre o sú by za podľa ale ako jeho bol ktorý po aj pri ktoré",
    "hu": "a az és hogy nem is egy van meg ez volt de mint csak már még azt el amely szerint után ki",
    "ro": "și de în la a cu pe că nu din pentru este care o un sunt mai ca fost prin după au lui",
    "hr": "i u je na se da za su od s koji ne o kao što iz bi ali to će koje nije bio samo",
    "tr": "ve bir bu için da de ile olarak olan çok daha gibi sonra kadar en göre ise ne var oldu",
    "lt": "ir kad į yra iš su ne bet tai apie kaip buvo už jau dėl savo taip pat po iki jo nuo",
    "lv": "un ir ka no ar uz par tas kas bet vai ne arī pēc kā bija tika savu lai šo viņš",
    "et": "ja on ei et see ta oli ka kui mis aga ning oma kes selle nad siis välja ole pärast",
    "id": "yang dan di untuk dengan dari ini pada dalam tidak akan itu oleh juga telah ada bahwa tersebut saat kata",
    "vi": "và của là có không được cho trong với các một những người đã này khi để từ đến vào",
    "ru": "и в на не что с по как это его к но из за для о от был он все так также года",
    "uk": "і в на не що з та як це його до але із за для про від був він які також року й",
    "bg": "и в на не че с за се от да по като това са ще но който до той бе след беше който",
    "sr": "и у је на се да за су од са који не о као што из би али то ће није био",
    "el": "και το η του της να την για με που στην από τα στο οι των είναι δεν θα τον ότι",
    "ar": "في من على أن إلى التي الذي عن مع هذا كان هذه بعد قد لا ما أو بين وقال خلال",
    "fa": "و در به از که این را با است برای آن یک خود تا بر هم شد نیز کرد شده",
    "he": "של את על לא עם הוא זה כי גם אל יש היה אך רק או בין היא כל אחרי לפני",
}

FUNCTION_WORDS: dict[str, frozenset[str]] = {language: frozenset(words.split()) for language, words in _WORDS.items()}
"""By two-letter language."""

SAME_WORDS = {
    "nb": "no",
    "nn": "no",
    "bs": "hr",
    "sh": "hr",
    "ms": "id",
    "iw": "he",
    "in": "id",
    "be": "ru",
    "mk": "bg",
    "gl": "pt",
    "ca": "es",
}
"""Languages whose words are near enough to those of another to be confirmed by them."""

SCRIPTS = (
    ("ja", "\u3040", "\u30ff"),
    ("ko", "\uac00", "\ud7af"),
    ("zh", "\u4e00", "\u9fff"),
    ("th", "\u0e00", "\u0e7f"),
    ("hi", "\u0900", "\u097f"),
    ("bn", "\u0980", "\u09ff"),
    ("ta", "\u0b80", "\u0bff"),
    ("te", "\u0c00", "\u0c7f"),
    ("ka", "\u10a0", "\u10ff"),
    ("hy", "\u0530", "\u058f"),
    ("he", "\u0590", "\u05ff"),
    ("el", "\u0370", "\u03ff"),
)
"""Language, first and last letter of a script that is, in the press, nearly always its own."""
