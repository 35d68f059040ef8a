"""Japanese: a small vocabulary, enough for single pages in a script without spaces."""

from __future__ import annotations

from .grammar import Grammar
from .tongue import Beat, Tongue

_RULES: dict[str, tuple[str, ...]] = {
    "city": ("大阪", "神戸", "京都", "名古屋", "仙台", "福岡", "札幌", "広島", "金沢", "横浜"),
    "region": ("関西", "東北", "九州", "東南アジア", "北米", "欧州"),
    "disease": ("糖尿病", "片頭痛", "肺がん", "乳がん", "関節リウマチ", "心不全", "喘息", "緑内障", "骨粗しょう症", "認知症"),
    "device": ("内視鏡", "超音波診断装置", "人工呼吸器", "血糖測定器", "手術支援ロボット"),
    "role": ("社長", "最高財務責任者", "研究本部長", "医薬品事業部長", "会長"),
    "expert": ("{city}大学の教授", "{city}の病院の医師", "患者団体の代表", "証券会社のアナリスト"),
    "surname": ("青山", "石田", "上野", "大西", "川村", "北野", "小松", "坂本", "高瀬", "中島", "西岡", "橋口", "松永", "三宅", "森下", "吉岡"),
    "first": ("明子", "健一", "さくら", "拓也", "直美", "浩二", "真理", "雄介", "陽子", "隆"),
    "few": ("三", "四", "五", "六", "七", "八"),
    "pct": tuple(f"{n}％" for n in range(3, 89, 2)),
    "many": tuple(f"{n}" for n in range(120, 4200, 93)),
    "sum": tuple(f"{n}億円" for n in (8, 15, 24, 36, 52, 70, 95, 130, 210)),
    "when": ("年内に", "来年春までに", "夏までに", "今後数週間のうちに", "二年以内に"),
    "thing": ("保険償還", "供給体制", "データの共有", "病院の財務", "人材の育成", "早期発見", "品質管理"),
    "context": (
        "{region}では約{many}人が{disease}の治療を受けており、そのうち{pct}は[診断が遅れた|十分な治療を受けていない]とされる。", "{city}の医師らは以前から{thing}の改善を[求めて|訴えて]きた。",
        "競合する{rival}は{few}年前に{city}で同様の計画を[進めた|中止した]。", "{thing}をめぐる議論は{few}年前から続いている。", "市場の規模は{sum}に達し、前の年より{pct}[増えた|減った]。",
        "患者団体は、{disease}の治療を受けられるかどうかが住む地域によって違うと[指摘する|述べている]。", "{many}の病院を対象にした調査では、{pct}が{thing}を最大の課題に挙げた。", "新しい法律は{few}か月ごとの報告を企業に求めている。",
    ),
    "quote": (
        "この日を{few}年待っていました。本当の仕事はこれからです", "{thing}がこれほど大切だとは、誰も思っていなかったでしょう", "患者さんにとって大切なのは時間です", "数字は良いのですが、まだ安心はできません",
        "{city}の仲間と力を合わせて進めます", "一か月の遅れで{sum}の損失になります",
    ),
    "said": ("と語った", "と説明した", "と述べた", "と強調した"),
    "outlook": ("{when}結論が出る見通しだ。", "{company}は{when}次の結果を発表する。", "今後の焦点は{thing}に移る。"),
    "subheading": ("今後の見通し", "広がる競争", "{city}からの視点", "費用は誰が払うのか"),
    "point": ("{city}に新しい拠点を設け、{many}人を雇う", "{few}年間にわたり患者を追跡する", "{thing}のために{sum}を投じる", "{rival}と共同で研究する"),
    "pointlead": ("主な内容は次の通り。", "計画には次の点が含まれる。"),
    "caption": ("{company}の{city}工場", "記者会見する{person}{role}"),
    "intro": ("この発表は{city}で行われた。",),
    "measure": ("参加者", "完了者", "中止者", "売上高"),
}

_BEATS = (
    Beat(
        name="trial", section="biotech", keywords=("臨床試験", "{disease}"),
        headlines=("{disease}の新薬、第{phase}相試験で効果を確認　{company}", "{company}、{disease}治療薬の試験結果を発表"),
        standfirsts=("{number}人が参加した試験で{percent}の差、{when}申請へ", "{few}か国の病院が協力、副作用は軽いという"),
        openings=("{company}は、{disease}の治療薬として開発中の新薬が第{phase}相試験で主な目標を達成したと発表した。試験は{city}など{few}つの都市で行われた。",),
        details=(
            "試験には{number}人の成人が参加し、半数が新薬、残りが偽薬の投与を受けた。", "{few}か月後、症状は{percent}改善し、対照群では{percent2}だった。", "主な副作用は頭痛と吐き気で、{few}人が治療を中止した。",
            "同社は{when}承認を申請する方針だ。", "この物質は{city}の研究所で見つかり、{few}年前に同社が権利を取得した。", "{number2}人が参加する延長試験も{city}で続いている。",
        ),
    ),
    Beat(
        name="plant", section="pharma", keywords=("生産", "{city}"),
        headlines=("{company}、{city}に{amount}の新工場", "{company}が{city}工場の生産を再開"),
        standfirsts=("{number}人を雇用、{region}へ供給", "不足していた薬の出荷が{when}正常に戻る"),
        openings=("{company}は{city}に{amount}を投じ、新しい工場を建てると発表した。{year}年から医薬品の生産を始める。",),
        details=(
            "工場には{few}本の生産ラインを置き、最初のラインは{when}動き出す。", "市は道路の整備に{sum}を支出する。", "以前の検査では{few}件の不備が見つかっていた。",
            "電力の{pct}は太陽光でまかなう計画だ。", "{city}の薬局では{many}件の処方に応じられなかった。", "建設の責任者は{person}氏が務める。",
        ),
    ),
)

JAPANESE = Tongue(
    code="ja",
    grammar=Grammar(_RULES),
    beats=_BEATS,
    sections={"pharma": "医薬品", "biotech": "バイオ", "medtech": "医療機器", "health": "医療"},
    months=tuple(f"{n}月" for n in range(1, 13)),
    long_date="{year}年{number}月{day}日",
    words={
        "home": "ホーム", "login": "ログインしてください", "anonymous": "ログインしていません", "email": "メールアドレス", "password": "パスワード", "enter": "ログイン",
        "share": "記事を共有する", "tags": "キーワード", "jobs": "求人情報", "newsletter": "メールマガジンのご案内", "subscribe": "登録する", "related": "関連記事",
        "popular": "よく読まれている記事", "latest": "新着記事", "cookies": "当サイトでは利用状況の把握のためにクッキーを使用しています。", "accept": "同意する", "refuse": "拒否する",
        "comments": "コメント", "by": "記者", "from": "分野", "published": "公開", "updated": "更新", "next": "次のページ", "previous": "前のページ", "search": "検索",
        "directory": "企業一覧", "addcompany": "企業を登録する", "infographics": "図で見る", "intelligence": "市場調査", "events": "行事", "about": "会社案内",
        "privacy": "個人情報の取り扱い", "contact": "お問い合わせ", "advert": "広告", "print": "印刷する", "paywall": "この記事は会員限定です。", "offer": "四週間百円",
        "missing": "ページが見つかりません", "missingtext": "移動したか、削除された可能性があります。", "source": "出典", "also": "あわせて読みたい", "photo": "写真",
        "rights": "無断転載を禁じます", "reporter": "記者", "readmore": "続きを読む", "pdf": "報告書をダウンロード（PDF）", "gone": "この記事は取り下げられました",
        "aboutsite": "は医療の現場で働く人のための専門紙です。", "job": "{role}（{city}）", "comment": "とても参考になりました。", "card": "{company}は{city}で{thing}に取り組む企業です。", "results": "の検索結果",
    },
    spaced=False,
)
