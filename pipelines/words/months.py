"""Names of months, words of relative dates and time zones, in the languages of the press."""

from __future__ import annotations

_MONTHS = (
    # January
    "january jan januar jänner jaenner jän enero ene janvier janv gennaio gen janeiro januari ianuarie ian styczeń stycznia"
    " sty leden ledna led január januára január siječanj siječnja sij januarja январь января янв січень січня січ студзеня"
    " януари ιανουάριος ιανουαρίου ιαν ocak oca tammikuu tammikuuta janúar január jan sausio sausis janvāris janvāra"
    " jaanuar يناير كانون_الثاني ינואר जनवरी জানুয়ারি জানুয়ারী ஜனவரி มกราคม ม.ค. januarie gener gennaiu janar yanvar",
    # February
    "february feb febr februar feber febrero février févr fév fevrier febbraio fevereiro fev februari februarie luty lutego lut"
    " únor února úno február februára veljača veljače velj februarja февраль февраля фев лютий лютого лют лютага"
    " февруари φεβρουάριος φεβρουαρίου φεβ φεβρ şubat şub helmikuu helmikuuta febrúar vasario vasaris februāris februāra"
    " veebruar فبراير شباط פברואר फरवरी ফেব্রুয়ারি ফেব্রুয়ারী பிப்ரவரி กุมภาพันธ์ ก.พ. februarie febrer shkurt fevral",
    # March
    "march mar märz maerz mär mrz marzo mars março marco maart mrt martie marzec marca březen března bře marec ožujak ožujka"
    " ožu március márc марта март мар березень березня бер сакавіка μάρτιος μαρτίου μαρ mart maaliskuu maaliskuuta"
    " kovo kovas marts martā märts مارس آذار מרץ मार्च মার্চ மார்ச் มีนาคม มี.ค. març",
    # April
    "april apr abril abr avril avr aprile aprilie kwiecień kwietnia kwi duben dubna dub apríl apríla travanj travnja tra"
    " április ápr апрель апреля апр квітень квітня квіт красавіка април απρίλιος απριλίου απρ nisan nis huhtikuu"
    " huhtikuuta balandžio balandis aprīlis aprīļa aprill أبريل ابريل نيسان אפריל अप्रैल এপ্রিল ஏப்ரல் เมษายน เม.ย. prill aprel",
    # May
    "may mai mayo maggio mag maio mei maj maja květen května kvě máj mája svibanj svibnja svi május máj май мая травень травня"
    " трав мая мај μάιος μαΐου μαϊ μάιο mayıs toukokuu toukokuuta maí gegužės gegužė maijs maijā مايو أيار ماي מאי"
    " मई মে மே พฤษภาคม พ.ค. maig мае",
    # June
    "june jun juni junio juin giugno giu junho iunie iun czerwiec czerwca cze červen června čvn jún júna lipanj lipnja lip"
    " június júní июнь июня июн червень червня черв чэрвеня юни јуни јун ιούνιος ιουνίου ιουν haziran haz kesäkuu"
    " kesäkuuta birželio birželis jūnijs jūnijā juuni يونيو حزيران יוני जून জুন ஜூன் มิถุนายน มิ.ย. juny qershor iyun junij junija",
    # July
    "july jul juli julio juillet juil luglio lug julho iulie iul lipiec lipca červenec července čvc júl júla srpanj srpnja srp"
    " július júlí июль июля июл липень липня лип ліпеня юли јули јул ιούλιος ιουλίου ιουλ temmuz tem heinäkuu"
    " heinäkuuta liepos liepa jūlijs jūlijā juuli يوليو تموز יולי जुलाई জুলাই ஜூலை กรกฎาคม ก.ค. juliol korrik iyul julij julija",
    # August
    "august aug agosto ago août aout aoû agost augustus augusti sierpień sierpnia sie srpen srpna srp. augusta kolovoz kolovoza kol"
    " augusztus ágúst август августа авг серпень серпня серп жніўня αύγουστος αυγούστου αυγ ağustos ağu elokuu elokuuta"
    " rugpjūčio rugpjūtis augusts augustā أغسطس اغسطس آب אוגוסט अगस्त আগস্ট ஆகஸ்ட் สิงหาคม ส.ค. gusht avqust avgust avgusta",
    # September
    "september sep sept septiembre setiembre set septembre settembre sett setembro septembrie wrzesień września wrz září zář"
    " septembra rujan rujna ruj szeptember szept сентябрь сентября сен сент вересень вересня вер верасня септември септембар"
    " σεπτέμβριος σεπτεμβρίου σεπ eylül eyl syyskuu syyskuuta rugsėjo rugsėjis septembris septembrī سبتمبر أيلول"
    " ספטמבר सितंबर सितम्बर সেপ্টেম্বর செப்டம்பர் กันยายน ก.ย. setembre shtator sentyabr",
    # October
    "october oct oktober okt octubre octobre ottobre ott outubro out octombrie październik października paź říjen října říj"
    " október októbra listopad_hr október октябрь октября окт жовтень жовтня жовт кастрычніка октомври октобар"
    " οκτώβριος οκτωβρίου οκτ ekim eki lokakuu lokakuuta spalio spalis oktobris oktobrī oktoober أكتوبر اكتوبر"
    " תشرين_الأول אוקטובר अक्टूबर অক্টোবর அக்டோபர் ตุลาคม ต.ค. octubre tetor oktyabr oktobra",
    # November
    "november nov noviembre novembre novembro noiembrie noi listopad listopada lis novembra studeni studenoga studenog stu"
    " ноябрь ноября ноя нояб листопад листопада лист лістапада ноември новембар νοέμβριος νοεμβρίου νοε kasım kas"
    " marraskuu marraskuuta lapkričio lapkritis novembris novembrī نوفمبر תשרין_الثاني נובמבר नवंबर नवम्बर নভেম্বর"
    " நவம்பர் พฤศจิกายน พ.ย. nëntor noyabr",
    # December
    "december dec dezember dez diciembre dic décembre déc decembre dicembre dezembro decembrie grudzień grudnia gru prosinec"
    " prosince pro decembra prosinac prosinca desember des декабрь декабря дек грудень грудня груд снежня декември"
    " децембар δεκέμβριος δεκεμβρίου δεκ aralık ara joulukuu joulukuuta gruodžio gruodis decembris decembrī detsember"
    " ديسمبر كانون_الأول דצמבר दिसंबर दिसम्बर ডিসেম্বর டிசம்பர் ธันวาคม ธ.ค. desembre dhjetor dekabr",
)

MONTHS: dict[str, int] = {name.replace(".", ""): i for i, names in enumerate(_MONTHS, 1) for name in names.split()}
"""Month by its name or short form in lower case, without a full stop."""

MONTHS |= {f"ב{name}": i for name, i in MONTHS.items() if "א" <= name[0] <= "ת"}  # "in June" is one word in Hebrew

PERSIAN_MONTHS = "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند".split()
"""The twelve months of the Solar Hijri calendar."""

MONTHS_OF_LANGUAGE: dict[str, dict[str, int]] = {
    "hr": {
        "lipanj": 6,
        "lipnja": 6,
        "lip": 6,
        "srpanj": 7,
        "srpnja": 7,
        "srp": 7,
        "listopad": 10,
        "listopada": 10,
        "lis": 10,
    },
    "pl": {"lip": 7, "mar": 3},
    "cs": {"srp": 8, "lis": 11},
    "bs": {"mart": 3},
    "fi": {
        "tammi": 1,
        "helmi": 2,
        "maalis": 3,
        "huhti": 4,
        "touko": 5,
        "kesä": 6,
        "heinä": 7,
        "elo": 8,
        "syys": 9,
        "loka": 10,
    }
    | {"marras": 11, "joulu": 12},
}
"""Names that mean another month in one language than elsewhere, or are words elsewhere."""

MONTH_FIRST_LANGUAGES = frozenset({"en-us", "en-ph", "fil", "tl"})
"""Languages whose numeric dates have the month first; `en` alone says nothing."""

ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}
"""East Asian eras, and the year before their first."""

_UNITS = {
    "minute": "דקה דקות मिनट دقیقه phút menit minit minute minutes min mins minuten minuto minutos minuti minuut minuten minuter minutter dakika минут минуты"
    " минуту минута хвилин хвилини minut minuty minuta perc minute minuto 分 분 دقيقة دقائق λεπτά minuuttia minutt",
    "hour": "hour hours hr hrs h stunde stunden std hora horas heure heures ora ore uur uren timme timmar time timer timmar saat"
    " שעה שעות घंटा घंटे ساعت giờ jam"
    " час часа часов година години годин godzin godziny godzinę hodin hodinami hodiny óra órája 時間 小时 小時 시간 ساعة ساعات"
    " ώρες ώρα tuntia tunti sata sati",
    "day": "day days tag tage tagen día días dia dias jour jours giorno giorni dag dagen dagar dage dager gün день дня дней днів"
    " dni dzień dny dnem napja nap 日 天 일 يوم أيام ημέρες μέρες päivää päivä dana יום ימים दिन روز ngày hari zile zi",
    "week": "week weeks woche wochen semana semanas semaine semaines settimana settimane weken vecka veckor uge uger uke uker"
    " hafta неделю недели недель тиждень tydzień tygodnie tygodni týden týdny hete 週間 周 週 주 أسبوع أسابيع εβδομάδες viikkoa שבוע שבועות हफ्ते सप्ताह هفته tuần minggu săptămâni",
    "month": "month months monat monate monaten mes meses mois mese mesi maand maanden mês månad månader måned måneder ay месяц"
    " месяца месяцев місяць miesiąc miesiące miesięcy měsíc hónapja ヶ月 か月 个月 個月 개월 شهر أشهر μήνες kuukautta חודש חודשים महीने ماه tháng bulan luni",
    "year": "year years jahr jahre jahren año años an ans anno anni ano anos jaar år yıl год года лет рік rok lata lat éve 年 년 שנה שנים साल سال năm tahun ani",
}
UNITS: dict[str, str] = {word: unit for unit, words in _UNITS.items() for word in words.split()}
"""Words for lengths of time."""

_ALONE = {
    "minute": "минуту хвилину minutę minutou דקה دقيقة",
    "hour": "час годину godzinę godziną hodinou timme un'ora שעה ساعة saat",
    "day": "день dzień dniem dnem יום يوم",
    "week": "неделю тиждень tydzień tygodniem týdnem שבוע أسبوع",
    "month": "месяц місяць miesiąc miesiącem měsícem חודש شهر",
    "year": "год рік rok rokem שנה سنة",
}
ALONE: dict[str, str] = {word: unit for unit, words in _ALONE.items() for word in words.split()}
"""Words for one length of time that need no number."""

TWICE: dict[str, str] = {
    "دقيقتين": "minute", "ساعتين": "hour", "يومين": "day", "أسبوعين": "week", "شهرين": "month", "سنتين": "year",
    "שעתיים": "hour", "יומיים": "day", "שבועיים": "week", "חודשיים": "month", "שנתיים": "year",
}  # fmt: skip
"""Words for two of a length of time."""

_NUMBERS = (
    "a an one ein eine einem einer einen un une una uno um uma een één en ett et jeden jedną jedna jednou один одну одна одной bir egy"
    " یک אחת एक một satu o",
    "two zwei deux dos due dois duas twee två to dwa dwie dwóch dva dvě два две дві iki két kettő kaksi दो hai dua două دو",
    "three drei trois tres tre três drie trzy tři три üç három kolme तीन tiga trei سه",
    "four vier quatre cuatro quattro quatro fyra fire cztery čtyři четыре чотири dört négy neljä चार empat patru چهار",
    "five fünf cinq cinco cinque vijf fem pięć pět пять пять beş öt viisi पांच lima cinci پنج",
    "six sechs seis sei zes sex seks sześć šest шесть шість altı hat kuusi enam șase شش",
    "seven sieben sept siete sette sete zeven sju syv siedem sedm семь сім yedi hét seitsemän",
    "eight acht huit ocho otto oito åtta otte osiem osm восемь вісім sekiz nyolc kahdeksan",
    "nine neun neuf nueve nove negen nio ni dziewięć devět девять дев'ять dokuz kilenc yhdeksän",
    "ten zehn dix diez dieci dez tien tio ti dziesięć deset десять on tíz kymmenen",
    "eleven elf onze once undici elva elleve",
    "twelve zwölf douze doce dodici doze twaalf tolv",
)
NUMBERS: dict[str, int] = {word: number for number, words in enumerate(_NUMBERS, 1) for word in words.split()}
"""Numbers in words, as they stand before a length of time."""

ABOUT = frozenset("etwa rund circa ca knapp environ unos unas cerca ungefähr około около".split())
"""Words that may stand between a word of the past and a number."""

AGO_BEFORE = frozenset("vor hace il_y_a há πριν منذ قبل przed před pre prije преди пре לפני acum".split())
"""Words before a length of time that set it in the past."""

AGO_AFTER = frozenset(
    "ago fa atrás geleden sedan siden önce назад тому temu ezelőtt előtt 前 전 sitten पहले پیش قبل trước lalu yang_lalu".split()
)
"""Words behind a length of time that set it in the past."""

DAYS_AGO = {
    **dict.fromkeys(
        "today heute hoy aujourd'hui oggi hoje vandaag idag i_dag bugün сегодня сьогодні dziś dzisiaj dnes ma 今日 今天 오늘 اليوم".split(),
        0,
    ),
    **dict.fromkeys(
        "yesterday gestern ayer hier ieri ontem gisteren igår i_går dün вчера вчора wczoraj včera tegnap 昨日 昨天 어제 أمس".split(),
        1,
    ),
    **dict.fromkeys("vorgestern anteayer avant-hier eergisteren позавчера 一昨日 前天".split(), 2),
}
"""Words for a day that is counted from the day of the capture."""

ZONES = {
    "utc": 0, "gmt": 0, "z": 0, "wet": 0, "bst": 60, "west": 60, "cet": 60, "mez": 60, "met": 60, "cest": 120, "mesz": 120,
    "eet": 120, "eest": 180, "msk": 180, "pkt": 300, "sgt": 480, "hkt": 480, "awst": 480, "jst": 540, "kst": 540,
    "acst": 570, "aest": 600, "acdt": 630, "aedt": 660, "nzst": 720, "nzdt": 780, "est": -300, "edt": -240,
    "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "akst": -540, "akdt": -480, "hst": -600, "art": -180,
    "brt": -180, "clt": -240, "wib": 420, "wita": 480, "wit": 540, "ict": 420, "trt": 180, "sast": 120, "wat": 60, "eat": 180,
}  # fmt: skip
"""Minutes east of UTC by abbreviation, as newsrooms use them."""

ZONES_OF_COUNTRIES = {
    "cst": dict.fromkeys("us ca mx gt hn ni cr sv bz".split(), -360)
    | dict.fromkeys("cn tw hk mo".split(), 480) | {"cu": -300, "au": 570},
    "ist": {"in": 330, "lk": 330, "ie": 60, "il": 120},
    "bst": {"bd": 360}, "est": {"au": 600}, "edt": {"au": 660}, "pst": {"ph": 480}, "mst": {"my": 480, "mm": 390},
}  # fmt: skip
"""Minutes east of UTC where an abbreviation has a meaning of its own, by country; CST and IST have no other."""

SUMMER_AND_WINTER = {
    "et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles",
}  # fmt: skip
"""Abbreviations that hold the whole year, with the zone whose clock they mean."""

COUNTRY_OF_LANGUAGE = dict.fromkeys("hi ta te mr gu kn ml pa or as".split(), "in") | {
    "zh": "cn",
    "he": "il",
    "ga": "ie",
}
"""Where a language is at home, as far as that decides between two zones of one abbreviation."""

UPDATED = (
    "updated update modified edited revised aktualisiert geändert bearbeitet stand actualizado actualizada modificado"
    " actualisé modifié mis_à_jour mise_à_jour maj aggiornato aggiornamento modificato atualizado atualizada bijgewerkt gewijzigd"
    " uppdaterad oppdatert opdateret endret güncelleme güncellenme обновлено оновлено zaktualizowano aktualizacja aktualizováno"
    " aktualizované frissítve módosítva 更新 修正 수정 업데이트 ενημερώθηκε تحديث עודכן last_reviewed reviewed päivitetty amended"
).split()
"""Words that say that a date is that of the last change; `_` stands for a space."""

PUBLISHED = (
    "published posted created first_published publication date_posted veröffentlicht erschienen publicado publicada publié publiée"
    " pubblicato geplaatst gepubliceerd publicerad publisert publiceret udgivet yayınlanma giriş опубликовано опубліковано opublikowano"
    " publikováno megjelent 公開 配信 发布 發布 입력 등록 δημοσιεύθηκε نشر פורסם julkaistu publikováno datum vom"
).split()
"""Words that say that a date is that of publication."""
