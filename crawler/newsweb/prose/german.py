"""German: a smaller vocabulary than the English one, with kinds of story of its own."""

from __future__ import annotations

from .grammar import Grammar
from .tongue import Beat, Tongue

_RULES: dict[str, tuple[str, ...]] = {
    "city": tuple("Basel,Graz,Leipzig,Mainz,Tübingen,Göttingen,Kiel,Linz,Zürich,Würzburg,Halle,Jena,Münster,Rostock,Ulm,Innsbruck,Winterthur,Köln,Dresden,Marburg".split(",")),
    "region": ("Norddeutschland", "der Schweiz", "Österreich", "Bayern", "den Beneluxländern", "Skandinavien", "Südeuropa", "Nordamerika", "Ostdeutschland"),
    "disease": (
        "Migräne", "Diabetes", "Mukoviszidose", "Schuppenflechte", "Herzschwäche", "schwerem Asthma", "Parkinson", "Brustkrebs", "Lungenkrebs",
        "Multipler Sklerose", "Osteoporose", "Hepatitis B", "Rheuma", "Gicht", "Glaukom", "Hämophilie", "chronischer Nierenkrankheit", "Endometriose",
    ),
    "device": ("Herzschrittmacher", "Insulinpumpe", "Beatmungsgerät", "Endoskop", "Ultraschallgerät", "Blutzuckersensor", "Hörimplantat", "Dialysegerät", "OP-Roboter"),
    "role": ("Vorstandschefin", "Finanzvorstand", "Forschungsleiter", "Aufsichtsratsvorsitzende", "medizinische Leiterin", "Geschäftsführer", "Vertriebschef", "Leiterin der Zulassung"),
    "expert": ("Professor für Pharmakologie in {city}", "Chefärztin in {city}", "Analyst der {bank}", "Gesundheitsökonomin in {city}", "Sprecher eines Patientenverbands", "Apotheker in {city}"),
    "bank": ("Hansebank", "Privatbank Merck & Holl", "Isarbank", "Landbank Nord", "Weberbank & Söhne"),
    "fund": ("Rheinkapital", "Alpenfonds", "Nordlicht Ventures", "Kupfergraben Capital", "Seebrücke Partners"),
    "surname": (
        "Achleitner", "Brandstätter", "Czerny", "Dörfler", "Eberhardt", "Fröhlich", "Gutmann", "Hölzl", "Immenhof", "Jägermeyer", "Kretschmar", "Löwenthal",
        "Möhring", "Niedermüller", "Oehler", "Pfefferkorn", "Reitmaier", "Schönfeld", "Tröndle", "Uhlmann", "Vogelsang", "Wächter", "Zschoche", "Küßner",
    ),
    "first": ("Annegret", "Bernd", "Claudia", "Detlef", "Elfriede", "Florian", "Gisela", "Hannes", "Ilse", "Jürgen", "Käthe", "Ludger", "Mareike", "Nils", "Ottilie", "Philipp", "Renate", "Sören", "Theresa", "Ulrich"),
    "agency": ("das BfArM", "die EMA", "Swissmedic", "das Paul-Ehrlich-Institut", "die AGES"),
    "payer": ("der Gemeinsame Bundesausschuss", "der GKV-Spitzenverband", "das IQWiG", "die Krankenkasse {city}"),
    "mechanism": ("einen Antikörper", "eine Gentherapie", "eine Tablette", "einen mRNA-Wirkstoff", "ein Peptid", "eine Depotspritze", "ein Inhalationspulver"),
    "endpoint": ("das progressionsfreie Überleben", "die Zahl der Schübe", "der Langzeitzucker", "die Lungenfunktion", "die Lebensqualität", "die Zeit bis zur Einweisung"),
    "adverse": ("Kopfschmerz", "Übelkeit", "Müdigkeit", "Hautausschlag", "Schwindel", "leichtes Fieber", "Reizungen an der Einstichstelle"),
    "weekday": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag"),
    "few": ("drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zwölf"),
    "pct": tuple(f"{n} Prozent" for n in range(3, 89, 2)),
    "many": tuple(f"{n}" for n in range(120, 4200, 93)),
    "sum": tuple(f"{n} Millionen Euro" for n in (8, 14, 22, 37, 45, 68, 90, 120, 185, 240, 360, 510)) + ("1,2 Milliarden Euro", "2,8 Milliarden Euro"),
    "when": ("bis Jahresende", "im kommenden Frühjahr", "vor der Sommerpause", "in den nächsten Wochen", "binnen zwei Jahren", "im dritten Quartal"),
    "adjective": ("zögerliche", "rasche", "überfällige", "umstrittene", "vorsichtige", "teure", "überraschende", "mäßige"),
    "thing": ("Erstattung", "Versorgung", "Datennutzung", "Klinikfinanzierung", "Lieferfähigkeit", "Nutzenbewertung", "Zulassung", "Personalplanung", "Früherkennung"),
    "context": (
        "In {region} leben nach Schätzungen rund {many} Menschen mit {disease}, bei etwa {pct} von ihnen ist die Krankheit [nicht erkannt|unbehandelt].",
        "[Fachleute|Ärztinnen und Ärzte] in {city} [fordern|verlangen] seit Jahren mehr Geld für die {thing}.",
        "Eine [Umfrage|Erhebung] unter {many} [Kliniken|Praxen|Apotheken] ergab im Herbst ein gemischtes Bild: {pct} der Befragten [sehen|beklagen] Mängel bei der {thing}.",
        "Der Wettbewerber {rival} [hatte|hat] ein ähnliches Vorhaben in {city} nach {few} Jahren [aufgegeben|eingestellt].",
        "Die Kosten für die Behandlung von {disease} [stiegen|wuchsen] in {region} zuletzt um {pct} im Jahr, [teilte|rechnete] die {bank} [mit|vor].",
        "Die {adjective} Reform der {thing} [beschäftigt|entzweit] die [Branche|Verbände] seit {few} Jahren.",
        "An der Börse [verlor|gewann] der Branchenindex seit Januar {pct}, [während|wogegen] kleinere Werte stabil blieben.",
        "[Patientenverbände|Selbsthilfegruppen] weisen darauf hin, dass der Zugang zu Therapien bei {disease} vom Wohnort abhängt.",
        "Nach dem Gesetz, das seit {few} Monaten gilt, müssen Hersteller Angaben zur {thing} [veröffentlichen|offenlegen].",
        "Für die Standorte {city} und {city} [bedeutet|heißt] das, dass {many} Beschäftigte [neue Aufgaben|eine Zusage bis zum Jahr {year}] bekommen.",
        "Im Vergleich mit {region} sind die Preise um bis zu {pct} [höher|niedriger], wie Forscher in {city} zeigten.",
        "Auch die Zulieferer in {region} [spüren|merken] den Wandel: {few} von ihnen haben ihre {thing} neu geordnet.",
    ),
    "quote": (
        "Wir haben {few} Jahre auf diesen Tag gewartet, jetzt beginnt die eigentliche Arbeit", "Niemand sollte unterschätzen, wie viel von der {thing} abhängt",
        "Für Menschen mit {disease} zählt vor allem [Zeit|Gewissheit]", "Wenn die {thing} einfach wäre, hätte sie in {city} längst jemand gelöst",
        "Die Zahlen sind [ordentlich|besser als gedacht], aber wir [ruhen uns nicht aus|wissen, woher der Wind weht]", "Ich werde zuerst zuhören und dann entscheiden",
        "In {region} können wir [Vorreiter|Maßstab] sein, wenn alle Daten geteilt werden", "Jeder Monat Verzögerung kostet {sum}, und am Ende zahlen es die Kliniken",
        "Das ist ein [Schritt|Anfang], mehr nicht, und {payer} weiß das auch", "Uns war wichtig, dass {many} Arbeitsplätze in {city} bleiben",
    ),
    "said": ("sagte", "erklärte", "betonte", "sagte auf Anfrage", "schrieb an die Belegschaft"),
    "outlook": (
        "Eine Entscheidung wird {when} erwartet.", "{company} will {when} weitere [Zahlen|Ergebnisse] vorlegen.", "Ob {payer} zustimmt, ist offen.",
        "Die Aktie von {company} [schloss|notierte] am {weekday} {pct} [höher|niedriger].", "Die {bank} [beließ|änderte] ihr Kursziel [nicht|vorerst nicht].",
        "Der zweite Abschnitt beginnt {when} in {city} mit {few} weiteren Häusern.",
    ),
    "subheading": ("Wie es weitergeht", "Streit um die {thing}", "Der Blick nach {city}", "Gemischtes Echo", "Wer bezahlt", "Zahlen und Fristen", "Was Fachleute sagen", "Neue Konkurrenz"),
    "point": (
        "{pct} der Befragten nennen die {thing} als größte Sorge", "ein neuer Standort in {city} mit {many} Stellen", "{sum} für Kliniken in {city} und {city}",
        "Nachbeobachtung über {few} Jahre", "gemeinsame Arbeit mit {rival} an der {thing}", "Schulungen für {many} Pflegekräfte", "kürzere Wartezeiten bei {disease}", "jährliche Prüfung der {thing}",
    ),
    "pointlead": ("Die wichtigsten Punkte:", "Im Einzelnen ist vorgesehen:", "Das Paket umfasst:"),
    "caption": ("{person}, {role} von {company}", "Das Werk von {company} in {city}", "Labor in {city}: Hier wird an {disease} geforscht"),
    "intro": ("Diese Mitteilung verbreitete das Unternehmen zuerst in {city}; {rival} wollte sich auf Anfrage nicht äußern.",),
    "measure": ("Patienten aufgenommen", "Studie beendet", "Ziel erreicht", "Abbrüche", "Schwere Nebenwirkungen", "Umsatz", "Betriebsergebnis", "Beschäftigte"),
}

_BEATS = (
    Beat(
        name="appointment", section="health", keywords=("Personalien", "{city}"),
        headlines=("{person} wird {role} bei {company}", "{company} holt {person} von {rival}", "Wechsel an der Spitze: {company} beruft {person}"),
        standfirsts=("{surname1} folgt auf {person2} und soll das Geschäft in {region} ausbauen", "Nach {few} Jahren endet bei dem Unternehmen aus {city} eine Ära"),
        openings=("{company} hat {person} als {role} berufen. {surname1} kommt von {rival} und beginnt {when} in {city}.", "An der Spitze von {company} steht {when} ein neuer Name: {person} wechselt von {rival} nach {city}."),
        details=(
            "{surname1} hat in {city} [Medizin|Chemie|Pharmazie] studiert und über {disease} promoviert.", "Zuletzt verantwortete {surname1} ein Budget von {sum} und Teams in {few} Ländern.",
            "{person2} [bleibt|steht] dem Haus als [Berater|Mitglied des Beirats] [erhalten|zur Seite].", "Der Aufsichtsrat hatte {few} Bewerbungen geprüft, {few} davon aus dem eigenen Haus.",
            "Zu den ersten Aufgaben gehören die {thing} und die Einführung von {drug} in {region}.", "Früher leitete {surname1} das Büro von {rival} in {city}, das auf {many} Beschäftigte wuchs.",
            "Kollegen schildern {surname1} als [geduldig|beharrlich|direkt] und mit der {thing} bestens vertraut.",
        ),
    ),
    Beat(
        name="trial", section="biotech", keywords=("Klinische Studien", "{drug}"),
        headlines=("{drug} überzeugt in Studie bei {disease}", "{company}: {drug} verfehlt Ziel in Phase {phase}", "Studie {trial}: Weniger Beschwerden bei {disease}"),
        standfirsts=("An der Studie nahmen {number} Patienten in {few} Ländern teil, die Daten folgen {when}", "{company} berichtet über einen Unterschied von {percent}"),
        openings=("Der Wirkstoff {drug} von {company} hat in der Phase-{phase}-Studie {trial} bei {disease} das wichtigste Ziel [erreicht|knapp erreicht].", "Patienten mit {disease} ging es unter {drug} besser als unter Placebo, teilte {company} am {weekday} mit."),
        details=(
            "In {trial} erhielten {number} Erwachsene entweder {drug} oder ein Scheinmedikament, verteilt auf {few} Zentren in {region}.", "Nach {few} Monaten hatte sich {endpoint} um {percent} verbessert, in der Vergleichsgruppe um {percent2}.",
            "Am häufigsten traten {adverse} und {adverse2} auf, {few} Teilnehmer brachen die Behandlung ab.", "{company} will {when} bei der Behörde die Zulassung beantragen.",
            "{drug} ist [eine Entwicklung|ein Fund] aus einem Labor in {city}, das {company} vor {few} Jahren übernahm.", "Eine Fortsetzung, in der {number2} Freiwillige weiter behandelt werden, läuft in {city}.",
            "Statistiker mahnen, die Spanne der Ergebnisse sei breit, weil {few} Zentren zu wenige Patienten fanden.", "Das Mittel von {rival} muss täglich genommen werden, {drug} nur alle {few} Wochen.",
        ),
    ),
    Beat(
        name="plant", section="pharma", keywords=("Produktion", "{city}"),
        headlines=("{company} baut Werk in {city} für {amount}", "{company} schließt Fabrik in {city}", "Engpass bei {drug}: Linie in {city} läuft wieder"),
        standfirsts=("{number} Stellen hängen an der Entscheidung, die Gewerkschaft will Zusagen", "Der Standort soll {region} versorgen, die Genehmigung fehlt noch"),
        openings=("{company} steckt {amount} in ein Werk in {city}, in dem von {year} an {drug} entstehen soll.", "Nach {few} Wochen Stillstand läuft die Herstellung von {drug} in {city} wieder an, wie {company} am {weekday} mitteilte."),
        details=(
            "In der Halle ist Platz für {few} Anlagen, die erste soll {when} laufen.", "Die Stadt gibt {sum} für Straßen und Ausbildung dazu, wenn {number2} Stellen {few} Jahre bestehen bleiben.",
            "Bei einer Prüfung waren zuvor {few} Mängel aufgefallen, vor allem bei der {thing}.", "Wärmepumpen und Solardächer sollen {pct} der Energie liefern.",
            "Bis dahin bezieht {company} die Ware von einem Lohnhersteller in {city}.", "Apotheken in {city} meldeten {many} Rezepte, die nicht beliefert werden konnten.",
            "{rival} hatte vor {few} Jahren ebenfalls {city} gewählt und die Menge seither verdoppelt.", "Geleitet wird der Bau von {person}, der schon das Werk in {city} errichtet hat.",
        ),
    ),
    Beat(
        name="recall", section="medtech", keywords=("Sicherheit", "Rückruf"),
        headlines=("Rückruf: {company} holt {device} zurück", "Kliniken sollen {device} von {company} prüfen", "Fehler am {device}: {company} warnt Anwender"),
        standfirsts=("Rund {number} Geräte sind betroffen, {few} Verletzungen wurden gemeldet", "Der Hersteller bietet kostenlosen Ersatz {when}"),
        openings=("{company} ruft rund {number} Geräte der Art {device} zurück, die seit dem Vorjahr in {region} verkauft wurden.", "Wer ein Gerät ({device}) von {company} benutzt, soll es vor dem nächsten Einsatz prüfen, hieß es am {weekday}."),
        details=(
            "Aufgefallen war der Fehler Technikern eines Krankenhauses in {city}, die ihn binnen {few} Tagen meldeten.", "Eine Liste der Seriennummern ging an {number2} Kunden.",
            "Patienten sollen ihre Behandlung nicht ohne ärztlichen Rat ändern, betont das Unternehmen.", "Ein Update, das in {city} erprobt wurde, soll die Lücke {when} schließen.",
            "{company} hat {sum} für den Austausch zurückgelegt und rechnet nicht mit Engpässen.", "Fachleute vermuten, dass ein Zulieferer aus {city} ein Bauteil geändert hat, ohne es mitzuteilen.",
            "In {city} wichen Kliniken auf ältere Geräte aus, {few} Eingriffe wurden verschoben.", "{rival} hatte im Frühjahr {many} eigene Geräte getauscht.",
        ),
    ),
)

GERMAN = Tongue(
    code="de",
    grammar=Grammar(_RULES),
    beats=_BEATS,
    sections={"pharma": "Pharma", "biotech": "Biotechnologie", "medtech": "Medizintechnik", "health": "Gesundheitswesen"},
    months=tuple("Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()),
    long_date="{day}. {month} {year}",
    words={
        "home": "Startseite", "login": "Bitte melden Sie sich an", "anonymous": "Sie sind nicht angemeldet", "email": "E-Mail-Adresse", "password": "Passwort",
        "enter": "Anmelden", "share": "Artikel teilen", "tags": "Schlagwörter", "jobs": "Stellen der Woche", "newsletter": "Der Morgenbrief per E-Mail",
        "subscribe": "Abonnieren", "related": "Mehr zum Thema", "popular": "Meistgelesen", "latest": "Neueste Meldungen",
        "cookies": "Wir verwenden Cookies, um die Nutzung unserer Seiten zu messen. Sie können das ablehnen.", "accept": "Alle annehmen", "refuse": "Ablehnen",
        "comments": "Kommentare", "by": "Von", "from": "Rubrik", "published": "Veröffentlicht", "updated": "Aktualisiert", "next": "Nächste Seite",
        "previous": "Vorherige Seite", "search": "Suche", "directory": "Firmenverzeichnis", "addcompany": "Firma eintragen", "infographics": "Infografiken",
        "intelligence": "Marktberichte", "events": "Termine", "about": "Über uns", "privacy": "Datenschutz", "contact": "Kontakt", "advert": "Anzeige",
        "print": "Seite drucken", "paywall": "Dieser Artikel ist Abonnenten vorbehalten. Mit einem Abo lesen Sie weiter.", "offer": "Vier Wochen für einen Euro",
        "missing": "Diese Seite gibt es nicht", "missingtext": "Vielleicht ist sie umgezogen. Versuchen Sie es mit der Suche.", "source": "Quelle", "also": "Lesen Sie auch",
        "photo": "Foto", "rights": "Alle Rechte vorbehalten", "reporter": "Redaktion", "readmore": "Weiterlesen", "pdf": "Bericht herunterladen (PDF)",
        "gone": "Dieser Artikel wurde zurückgezogen",
        "aboutsite": "ist ein unabhängiges Blatt für alle, die im Gesundheitswesen arbeiten. Es lebt von Abonnements und Anzeigen.",
        "job": "{role}, {city}", "comment": "Interessant, aber zur {thing} fehlen mir die Zahlen.", "card": "{company} arbeitet in {city} an der {thing}.", "results": "Treffer für",
    },
)
