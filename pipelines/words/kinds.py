"""Words and marks of pages that are no articles."""

from __future__ import annotations

CHALLENGE_TITLES = (
    "just a moment", "attention required", "access denied", "access to this page has been denied", "are you a robot", "robot check",
    "ddos-guard", "ddos protection", "checking your browser", "security check", "verify you are human", "please verify", "pardon our interruption",
    "human verification", "request unsuccessful", "you have been blocked", "sicherheitsüberprüfung", "un momento", "nur einen moment", "403 forbidden",
    "请稍候", "bot verification", "client challenge", "one moment, please", "unusual traffic",
)  # fmt: skip
CHALLENGE_MARKS = (
    "challenge-platform", "cf-chl-", "_Incapsula_Resource", "captcha-delivery.com", "px-captcha", "awswaf", "ddg-captcha", "hcaptcha.com/1/api.js",
    "Enable JavaScript and cookies to continue", "sec-if-cpt-container", "geo.captcha",
)  # fmt: skip
NOT_FOUND = (
    "404", "page not found", "not found", "page cannot be found", "page can't be found", "page can’t be found", "page doesn't exist",
    "page does not exist", "page no longer exists", "nothing found", "seite nicht gefunden", "nicht gefunden", "seite existiert nicht",
    "page introuvable", "page non trouvée", "página no encontrada", "página não encontrada", "pagina non trovata", "pagina niet gevonden",
    "sidan hittades inte", "siden blev ikke fundet", "siden finnes ikke", "sivua ei löytynyt", "nie znaleziono", "stránka nenalezena",
    "страница не найдена", "сторінку не знайдено", "sayfa bulunamadı", "oldal nem található", "pagina nu a fost găsită", "ページが見つかりません",
    "お探しのページ", "페이지를 찾을 수 없", "页面不存在", "找不到", "الصفحة غير موجودة", "gone", "410", "oops", "article unavailable", "content unavailable",
)  # fmt: skip
LOGIN = (
    "log in", "login", "sign in", "sign-in", "anmelden", "einloggen", "anmeldung", "connexion", "se connecter", "iniciar sesión", "accedi", "inloggen",
    "logga in", "log ind", "logg inn", "kirjaudu", "zaloguj", "přihlášení", "entrar", "войти", "вход", "giriş yap", "bejelentkezés", "ログイン", "로그인",
    "登录", "登入", "register", "create account", "create an account", "registrieren",
)  # fmt: skip
CONSENT = (
    "before you continue", "privacy settings", "cookie consent", "cookie settings", "consent", "privacy gate", "datenschutzeinstellungen",
    "zustimmung", "einwilligung", "gestion des cookies", "we value your privacy", "your privacy choices", "privacyinstellingen", "cookiewall",
)  # fmt: skip
SEARCH = (
    "search results", "search result", "search:", "suchergebnisse", "suche nach", "ergebnisse für", "résultats de recherche", "résultats pour",
    "resultados de búsqueda", "resultados para", "risultati della ricerca", "risultati per", "zoekresultaten", "sökresultat", "søkeresultat",
    "søgeresultater", "wyniki wyszukiwania", "výsledky vyhledávání", "результаты поиска", "検索結果", "검색 결과", "搜索结果", "results for", "you searched for",
)  # fmt: skip
LISTING_TITLES = (
    "archive", "archives", "category", "tag", "topic", "author", "latest news", "all news", "news archive", "page", "archiv", "kategorie", "schlagwort",
    "thema", "catégorie", "étiquette", "categoría", "etiqueta", "categoria", "categorie", "home", "homepage", "startseite",
)  # fmt: skip

LISTING_SEGMENTS = frozenset(
    "tag tags category categories topic topics author authors archive archives section sections rubrik ressort thema themen kategorie search"
    " suche recherche buscar etiqueta etiquetas categoria categorie autor auteur contributors page tema temas label labels keyword keywords"
    " collections collection shop store products product catalog forum forums".split()
)
"""Parts of a path that lead to lists."""

LISTING_TYPES = frozenset(
    {"CollectionPage", "ItemList", "SearchResultsPage", "ProfilePage", "ContactPage", "CheckoutPage", "OfferCatalog"}
)
OTHER_TYPES = frozenset(
    {
        "Product",
        "ProductGroup",
        "Service",
        "Event",
        "JobPosting",
        "LocalBusiness",
        "SoftwareApplication",
        "Course",
        "QAPage",
        "DiscussionForumPosting",
    }
)
"""JSON-LD types of pages about something else than news."""
