"""French: a smaller vocabulary than the English one, with kinds of story of its own."""

from __future__ import annotations

from .grammar import Grammar
from .tongue import Beat, Tongue

_RULES: dict[str, tuple[str, ...]] = {
    "city": tuple("Lyon,Nantes,Grenoble,Lille,Genève,Lausanne,Liège,Namur,Rennes,Dijon,Montpellier,Besançon,Québec,Sherbrooke,Strasbourg,Tours,Nîmes,Angers,Béziers,Metz".split(",")),
    "region": ("Europe du Nord", "Bretagne", "Suisse romande", "Wallonie", "Amérique du Nord", "Afrique de l’Ouest", "Occitanie", "Asie du Sud-Est", "Normandie"),
    "disease": (
        "la migraine", "le diabète", "la mucoviscidose", "le psoriasis", "l’insuffisance cardiaque", "l’asthme sévère", "la maladie de Parkinson", "le cancer du sein",
        "la sclérose en plaques", "l’ostéoporose", "l’hépatite B", "l’endométriose", "le glaucome", "l’hémophilie", "la drépanocytose", "la goutte",
    ),
    "device": ("une pompe à insuline", "un stimulateur cardiaque", "un échographe portable", "un endoscope", "un robot chirurgical", "un respirateur", "un capteur de glucose", "un implant auditif"),
    "role": ("directrice générale", "directeur financier", "directeur scientifique", "présidente du conseil", "directrice médicale", "directeur des affaires réglementaires", "directeur commercial"),
    "expert": ("professeur de pharmacologie à {city}", "cheffe de service à {city}", "analyste chez {bank}", "économiste de la santé à {city}", "porte-parole d’une association de patients", "pharmacienne à {city}"),
    "bank": ("la Banque du Léman", "Courtois & Fils", "Crédit des Deux Rives", "Maison Delorme", "Banque Vauban"),
    "fund": ("Fonds des Tilleuls", "Belledonne Capital", "Rive Droite Partenaires", "Armor Ventures", "Saône Croissance"),
    "surname": (
        "Aubertin", "Bélanger", "Chevrier", "Delacourt", "Espinasse", "Fontvieille", "Géraud", "Hénault", "Jourdan", "Kervella", "Lagrange", "Mérieux-Blanc", "Noël",
        "Ozanne", "Pélissier", "Quéméneur", "Rochefort", "Sévigny", "Thévenot", "Vauquelin", "Wauters", "Boisvert", "Crémieux", "Gagné",
    ),
    "first": ("Agathe", "Benoît", "Céline", "Damien", "Élise", "Fabrice", "Geneviève", "Hugo", "Inès", "Jérôme", "Léonie", "Mathieu", "Noémie", "Olivier", "Pénélope", "Rémi", "Solène", "Thibault", "Valérie", "Zélie"),
    "agency": ("l’ANSM", "l’Agence européenne des médicaments", "Swissmedic", "Santé Canada", "l’AFMPS"),
    "payer": ("la Haute Autorité de santé", "l’Assurance maladie", "le comité économique des produits de santé", "l’INAMI"),
    "mechanism": ("un anticorps", "une thérapie génique", "un comprimé", "un ARN messager", "un peptide", "une injection retard", "une poudre à inhaler"),
    "endpoint": ("la survie sans progression", "le nombre de crises", "l’hémoglobine glyquée", "la fonction respiratoire", "la qualité de vie", "le délai avant hospitalisation"),
    "adverse": ("des maux de tête", "des nausées", "une fatigue", "des rougeurs", "des vertiges", "une fièvre légère", "des réactions au point d’injection"),
    "weekday": ("lundi", "mardi", "mercredi", "jeudi", "vendredi"),
    "few": ("trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "douze"),
    "pct": tuple(f"{n} %" for n in range(3, 89, 2)),
    "many": tuple(f"{n}" for n in range(120, 4200, 93)),
    "sum": tuple(f"{n} millions d’euros" for n in (8, 14, 22, 37, 45, 68, 90, 120, 185, 240, 360, 510)) + ("1,2 milliard d’euros", "2,8 milliards d’euros"),
    "when": ("d’ici la fin de l’année", "au printemps prochain", "avant l’été", "dans les prochaines semaines", "sous deux ans", "au troisième trimestre"),
    "adjective": ("prudente", "tardive", "contestée", "rapide", "coûteuse", "attendue", "fragile", "surprenante"),
    "thing": ("le remboursement", "la prise en charge", "le partage des données", "le financement des hôpitaux", "la chaîne d’approvisionnement", "l’évaluation des technologies", "le dépistage", "la formation des soignants"),
    "context": (
        "En {region}, environ {many} personnes vivent avec {disease}, et près de {pct} d’entre elles [ne le savent pas|ne sont pas suivies].",
        "Depuis des années, les [médecins|spécialistes|soignants] de {city} réclament davantage de moyens pour {thing}.",
        "Une [enquête|étude] menée auprès de {many} [hôpitaux|pharmacies|cabinets] donne une image {adjective} : {pct} des répondants citent {thing}.",
        "Le concurrent {rival} avait [abandonné|arrêté] un projet semblable à {city} au bout de {few} ans.",
        "Le coût de {disease} a [progressé|augmenté] de {pct} par an en {region}, selon {bank}.",
        "La réforme, {adjective}, [divise|occupe] la profession depuis {few} ans.",
        "En Bourse, l’indice du secteur a [perdu|gagné] {pct} depuis janvier.",
        "Les associations rappellent que l’accès aux traitements contre {disease} dépend encore du lieu de résidence.",
        "La loi en vigueur depuis {few} mois oblige les fabricants à [publier|communiquer] leurs chiffres sur {thing}.",
        "À {city} comme à {city}, {many} salariés [attendent|espèrent] des précisions.",
        "Les prix varient de {pct} d’une région à l’autre, ont montré des chercheurs de {city}.",
        "Les sous-traitants de {region} s’en ressentent : {few} d’entre eux ont revu {thing}.",
    ),
    "quote": (
        "Nous attendions ce jour depuis {few} ans, le vrai travail commence", "Personne ne devrait sous-estimer l’importance de ce dossier pour {city}",
        "Pour les patients, ce qui compte, c’est [le temps|la certitude]", "Si la question de {region} était simple, elle serait réglée depuis longtemps",
        "Les chiffres sont [bons|corrects], mais nous restons [prudents|attentifs]", "Je vais d’abord écouter, puis décider",
        "Chaque mois de retard coûte {sum}, et ce sont les hôpitaux qui paient", "C’est une étape, rien de plus, et {payer} le sait",
        "Nous tenions à garder {many} emplois à {city}", "La science avance plus vite que les budgets",
    ),
    "said": ("a déclaré", "a expliqué", "a précisé", "nous a confié", "a écrit aux salariés"),
    "outlook": (
        "Une décision est attendue {when}.", "{company} publiera d’autres [résultats|chiffres] {when}.", "Reste à savoir si {payer} [suivra|donnera son accord].",
        "Le titre {company} a [terminé|clôturé] {weekday} en [hausse|baisse] de {pct}.", "{bank} n’a pas modifié son objectif de cours.", "La deuxième phase débutera {when} à {city}.",
    ),
    "subheading": ("La suite", "Un marché disputé", "Le regard de {city}", "Accueil mitigé", "Qui paiera ?", "Des chiffres et des délais", "Ce qu’en disent les experts", "Une concurrence vive"),
    "point": (
        "{pct} des répondants s’inquiètent pour {thing}", "un nouveau site à {city} et {many} emplois", "{sum} pour les hôpitaux de {city} et {city}", "un suivi de {few} ans",
        "un travail commun avec {rival}", "une formation pour {many} infirmières", "des délais plus courts", "un contrôle annuel",
    ),
    "pointlead": ("Les points principaux :", "Le plan prévoit :", "L’accord comprend :"),
    "caption": ("{person}, {role} de {company}", "L’usine de {company} à {city}", "Un laboratoire à {city}"),
    "intro": ("Ce communiqué a d’abord été diffusé depuis {city} ; {rival} n’a pas souhaité le commenter.",),
    "measure": ("Patients inclus", "Étude achevée", "Objectif atteint", "Arrêts", "Effets graves", "Chiffre d’affaires", "Résultat", "Effectifs"),
}

_BEATS = (
    Beat(
        name="appointment", section="health", keywords=("Nominations", "{city}"),
        headlines=("{person} prend la tête de {company}", "{company} recrute {person}", "{company} : {person} succède à {person2}"),
        standfirsts=("Venu de {rival}, le nouveau visage du groupe devra convaincre en {region}", "À {city}, une page se tourne après {few} ans"),
        openings=("{company} a choisi {person} comme {role}. L’arrivée à {city}, après {few} ans chez {rival}, est prévue {when}.", "Changement à {city} : {person} devient {role} de {company}, a annoncé le groupe {weekday}."),
        details=(
            "Après des études de [médecine|chimie|pharmacie] à {city}, {surname1} a soutenu une thèse sur {disease}.", "{surname1} gérait jusqu’ici un budget de {sum} et des équipes dans {few} pays.",
            "{person2} [restera|demeure] au conseil pendant la transition.", "Le conseil avait examiné {few} candidatures, dont {few} internes.", "Parmi les chantiers figurent {thing} et le lancement de {drug} en {region}.",
            "Ses collègues décrivent une personne [patiente|directe|exigeante], familière des dossiers techniques.", "Le bureau de {city}, créé par {surname1}, emploie aujourd’hui {many} personnes.",
        ),
    ),
    Beat(
        name="trial", section="biotech", keywords=("Essais cliniques", "{drug}"),
        headlines=("{drug} atteint son objectif contre {disease}", "Essai {trial} : résultats mitigés pour {company}", "{company} mise sur {drug} contre {disease}"),
        standfirsts=("L’essai a suivi {number} patients dans {few} pays", "Le laboratoire annonce un écart de {percent} et déposera son dossier {when}"),
        openings=("Le {drug}, développé par {company}, a atteint le critère principal de l’essai de phase {phase} {trial} contre {disease}.", "Les patients traités par {drug} vont mieux que ceux du groupe témoin, a indiqué {company} {weekday} depuis {city}."),
        details=(
            "Dans {trial}, {number} adultes ont reçu {drug} ou un placebo dans {few} centres de {region}.", "Au bout de {few} mois, l’écart mesuré s’élevait à {percent}, contre {percent2} dans l’autre groupe.",
            "Les effets les plus fréquents étaient {adverse} et {adverse2} ; {few} participants ont arrêté le traitement.", "{company} compte déposer une demande d’autorisation {when}.",
            "La molécule est née dans un laboratoire de {city}, racheté il y a {few} ans.", "Une extension ouverte à {number2} volontaires se poursuit à {city}.",
            "Les statisticiens invitent à la prudence, car {few} centres ont recruté moins que prévu.", "Le produit de {rival} se prend chaque jour, {drug} toutes les {few} semaines.",
        ),
    ),
    Beat(
        name="plant", section="pharma", keywords=("Industrie", "{city}"),
        headlines=("{company} investit {amount} à {city}", "{company} ferme son usine de {city}", "{drug} : la production reprend à {city}"),
        standfirsts=("{number} emplois dépendent de la décision", "Le site doit approvisionner toute la région {when}"),
        openings=("{company} va consacrer {amount} à une usine à {city}, où {drug} sera fabriqué à partir de {year}.", "Après {few} semaines d’arrêt, la fabrication de {drug} reprend à {city}, a fait savoir {company} {weekday}."),
        details=(
            "Le bâtiment peut accueillir {few} lignes ; la première doit tourner {when}.", "La ville apporte {sum} pour les routes et la formation, à condition que {number2} postes soient maintenus {few} ans.",
            "Lors d’une inspection, {few} manquements avaient été relevés.", "Des panneaux solaires fourniront {pct} de l’énergie.", "D’ici là, {company} achète {drug} à un façonnier de {city}.",
            "Les pharmacies de {city} ont compté {many} ordonnances non honorées.", "{rival} avait choisi {city} il y a {few} ans et a doublé sa production depuis.", "Le chantier est dirigé par {person}, déjà responsable du site de {city}.",
        ),
    ),
    Beat(
        name="clearance", section="medtech", keywords=("Dispositifs médicaux", "Numérique"),
        headlines=("{company} lance {device} plus petite que prévu", "Feu vert pour {company} et son nouvel appareil", "{company} présente {device} connecté à l’hôpital"),
        standfirsts=("Les essais dans {few} hôpitaux ont montré moins d’erreurs", "Les premiers exemplaires iront à {city}"),
        openings=("{company} a obtenu l’autorisation de vendre {device} qui s’adapte à chaque patient.", "Guère plus grand qu’un livre : {company} a présenté {device} à {city}."),
        details=(
            "Au CHU de {city}, les équipes ont gagné {percent} de temps.", "Le logiciel a appris sur {number} enregistrements venus de {few} hôpitaux.", "Une batterie tient {few} jours et se change sans outil.",
            "{company} demande {sum} pour {few} exemplaires, formation comprise.", "Les données restent à {city}, chiffrées selon la loi.", "Les premiers utilisateurs ont critiqué l’écran, redessiné depuis.",
            "Il rivalise avec les appareils de {rival}, qui détient {pct} du marché en {region}.", "L’assemblage débute à {city} au rythme de {few} unités par jour.",
        ),
    ),
)

FRENCH = Tongue(
    code="fr",
    grammar=Grammar(_RULES),
    beats=_BEATS,
    sections={"pharma": "Pharmacie", "biotech": "Biotechnologies", "medtech": "Dispositifs", "health": "Santé"},
    months=tuple("janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()),
    long_date="{day} {month} {year}",
    words={
        "home": "Accueil", "login": "Identifiez-vous", "anonymous": "Vous n’êtes pas connecté", "email": "Adresse électronique", "password": "Mot de passe", "enter": "Se connecter",
        "share": "Partager cet article", "tags": "Thèmes", "jobs": "Offres d’emploi", "newsletter": "La lettre du matin dans votre boîte", "subscribe": "S’inscrire",
        "related": "Sur le même sujet", "popular": "Les plus lus", "latest": "Dernières nouvelles", "cookies": "Nous utilisons des cookies pour mesurer l’audience. Vous pouvez les refuser.",
        "accept": "Tout accepter", "refuse": "Refuser", "comments": "Commentaires", "by": "Par", "from": "Rubrique", "published": "Publié le", "updated": "Mis à jour le",
        "next": "Page suivante", "previous": "Page précédente", "search": "Recherche", "directory": "Annuaire des entreprises", "addcompany": "Inscrire mon entreprise",
        "infographics": "Infographies", "intelligence": "Études de marché", "events": "Agenda", "about": "Qui sommes-nous", "privacy": "Vie privée", "contact": "Contact",
        "advert": "Publicité", "print": "Imprimer", "paywall": "Cet article est réservé aux abonnés. Abonnez-vous pour lire la suite.", "offer": "Quatre semaines pour un euro",
        "missing": "Cette page est introuvable", "missingtext": "Elle a peut-être changé d’adresse. Essayez la recherche.", "source": "Source", "also": "Lire aussi",
        "photo": "Photo", "rights": "Tous droits réservés", "reporter": "Journaliste", "readmore": "Lire la suite", "pdf": "Télécharger le rapport (PDF)", "gone": "Cet article a été retiré",
        "aboutsite": "est une publication indépendante pour les professionnels de santé. Elle vit de ses abonnés et de la publicité.",
        "job": "{role}, {city}", "comment": "Intéressant, mais j’aimerais voir les chiffres.", "card": "{company} travaille à {city} sur {thing}.", "results": "résultats pour",
    },
)
