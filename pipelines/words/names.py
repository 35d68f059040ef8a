"""Words around the names of authors: what comes before them, roles, agencies and newsrooms, in the languages of the press."""

from __future__ import annotations

BY_INSIDE = "by|von|par|por|door|av|af|przez|автор|autor|author|yazan|oleh|di"
"""Words that may begin a byline inside a line, as alternatives of a pattern."""

BY = (
    "written by|posted by|published by|story by|reported by|words by|text by|reviewed by|submitted by|article by|report by|author|authors"
    "|by|from our correspondent|geschrieben von|verfasst von|ein artikel von|ein beitrag von|ein gastbeitrag von|eine analyse von"
    "|ein kommentar von|interview von|von unserem korrespondenten|von unserem redakteur|von unserer redakteurin|von unserem reporter|von unserer reporterin"
    "|von unserem mitarbeiter|von unserer mitarbeiterin|door onze redacteur|door onze verslaggever|por nuestro corresponsal|作者|记者|autor|autorin|autoren|text|von|par|publié par|écrit par|propos recueillis par"
    "|texte|auteur|por|escrito por|publicado por|redacción|autora|texto|di|a cura di|scritto da|autore|testo|da|door|geschreven door|tekst"
    "|av|skriven av|skrevet av|af|skrevet af|kirjoittanut|teksti|od|przez|napisał|napisała|autorzy|tekst|автор|автора|текст|авторы"
    "|yazan|haber|yazar|szerző|írta|de|scris de|od autora|napsal|napsala|penulis|oleh|reporter|tác giả|συντάκτης|του|της|بقلم|كتب|كتبت|מאת|文|記者|取材・文"
)
"""Beginnings of bylines, as alternatives of a pattern."""

AND = "and|AND|und|UND|et|y|e|och|og|en|ed|i|a|и|та|i|ve|ja|és|și|dan|و|και|with|mit|sowie|avec|con|com|samt"
"""Words between two names, as alternatives of a pattern."""

PARTICLES = frozenset(
    "de del della dela di da do dos das du des la le el al van von der den dem ter ten te zu zum af av bin ibn ben bint y e i"
    " st mac mc o d l dal dalla degli della abu ul ur".split()
)
"""Words in lower case that may stand inside a name."""

ROLES = frozenset(
    "lead reviewer general partner edited reviewed sponsored editor editors editorial reporter reporters correspondent writer writers journalist journalists columnist contributor contributors "
    " freelance freelancer author authors analyst producer photographer chief senior junior deputy managing associate assistant director"
    " manager head expert professor intern specialist consultant founder president officer ceo cto secretary guest special"
    " redakteur redakteurin redakteure redaktor redaktorin redaktionsleiter chefredakteur chefredakteurin ressortleiter reporterin"
    " korrespondent korrespondentin autor autorin autoren volontär volontärin journalistin stellvertretender leiter leiterin freier freie mitarbeiter"
    " journaliste rédacteur rédactrice correspondant correspondante grand envoyé envoyée spécial chef cheffe service"
    " periodista redactor redactora corresponsal enviado enviada especial colaborador colaboradora jefe jefa editora"
    " giornalista redattore redattrice corrispondente inviato collaboratore caporedattore direttore"
    " jornalista redator redatora repórter correspondente colunista"
    " redacteur verslaggever journalist correspondent columniste"
    " reporteri toimittaja journalista redaktör journalisten"
    " корреспондент журналист редактор обозреватель журналістка журналіст"
    " redakcja dziennikarz dziennikarka redaktorka redaktorka"
    " muhabir editör muhabiri "
    " 기자 특파원 記者 編集委員 特派員 论说委员 記者： 通讯员 编辑 责任编辑"
    " update updated published posted read minutes minute min lesezeit lecture comments comment share subscribe follow twitter facebook"
    " "
    " photo foto image images video getty shutterstock courtesy photos credit photography illustration"
    " more view all about bio profile email contact website archive articles posts stories story latest newsletter sign login home"
    " im in at on the an this that for with is was has are auf aus bei über nach vor bis seit der die das ein eine wird wurde"
    " monday tuesday wednesday thursday friday saturday sunday today yesterday january february march april june july august september october"
    " november december montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz mai juni juli oktober dezember uhr"
    " lunes martes miércoles jueves viernes sábado domingo enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
    " janvier février mars avril juin juillet août septembre octobre novembre décembre am pm gmt est edt cet".split()
)
"""Words that do not stand in the name of a person on a byline: roles, departments, labels, days."""

OFFICES = frozenset(
    "team staff desk newsroom news magazine press media online digital web network publishing communications marketing group university school college institute department ministry"
    " association foundation inc ltd llc gmbh ag co redaktion redazione redacción rédaction редакция redactie toimitus redaksjon redaksjonen redaktionen redakce redação 編集部 agencies agency council society bureau center centre company club church party committee".split()
)
"""Words that make a name that of an organisation."""

NOBODY = frozenset(
    "staff staff-writer staff-reporter no-author admin administrator guest anonymous unknown none null user root webmaster editor author default undefined".split()
)
"""What content systems put where there is no author, words joined by hyphens."""

AGENCIES = frozenset(
    "afp ap dpa reuters apa sda epd kna sid efe ansa lusa belga anp tt ntb ritzau stt pap ctk čtk mti tass ria interfax xinhua pti ani ians"
    " upi pa aap kyodo jiji yonhap bernama antara cna dapd ddp europapress europa-press associated-press agence-france-presse"
    " deutsche-presse-agentur press-association canadian-press bloomberg anadolu aa dha iha agencies agence agenturen agentur agencias agencia"
    " agenzie dpa-afx dpa-infocom keystone-sda apa-ots ots awp newsroom pressemitteilung press-release pr-newswire business-wire globe-newswire"
    " globenewswire prnewswire businesswire news.ro agerpres bta hina beta tanjug fena srna ukrinform unian belta".split()
)
"""News agencies and distributors of releases, words joined by hyphens."""

TITLES = frozenset("dr dr. prof prof. mr mr. mrs mrs. ms ms. sir dame lord rev rev. dipl.-ing. mag. ing.".split())
"""Titles before a name; they are kept, and are no word of the name."""

DEGREES = frozenset(
    "md ph.d ph.d. vmd cfp cfp® pt dpt ldn cdn cscs rdn faap facs esq. m.d m.d. md phd ms ma ba rd mph mba jd rn do dds pa-c bsc msc llm mfa cfa cpa dvm esq jr sr ii iii iv fand edd facp".split()
)
"""Degrees and ends of names behind a comma."""
