"""The query parameters that say how a reader came to a page and not which page it is.

A parameter stands here only when its sole use is to measure campaigns, clicks or mail-outs, so that leaving it
out gives the same page. What only looks like one stays: `cid`, `sid`, `id` and `page` choose the page on many sites,
and `ref`, `source`, `src`, `from` do on some: these are left out for a few values alone. Names and values are
compared without regard to case. The names come from the manuals of the vendors that each line tells.
"""

from __future__ import annotations

PREFIXES: tuple[str, ...] = (
    "utm_",  # Google Analytics, and all that imitate it
    "itm_",  # the same for links inside a site
    "pk_",  # Matomo, formerly Piwik: pk_campaign, pk_kwd, …
    "piwik_",
    "mtm_",
    "matomo_",
    "hsa_",  # HubSpot advertisements
    "__hs",  # HubSpot: __hstc, __hssc, __hsfp
    "vero_",  # Vero mail
    "oly_",  # Omeda / Olytics, much used by trade publishers: oly_enc_id, oly_anon_id
    "elqtrack",  # Oracle Eloqua mail: elqTrack, elqTrackId
    "cm_mmc",  # IBM, now Acoustic: cm_mmc, cm_mmca1, …
    "guce_",  # Yahoo's consent pages: guce_referrer, guce_referrer_sig
    "ml_subscriber",  # MailerLite: ml_subscriber, ml_subscriber_hash
    "stm_",  # Snowplow
)
"""A parameter whose name begins so is left out."""

NAMES: frozenset[str] = frozenset(
    {
        *("fbclid", "fb_action_ids", "fb_action_types", "fb_ref", "fb_source"),  # Facebook
        *("action_object_map", "action_type_map", "action_ref_map"),
        *("gclid", "gclsrc", "dclid", "gbraid", "wbraid", "gad_source", "gad_campaignid", "srsltid"),  # Google
        *("_ga", "_gl", "_gac", "gs_l"),
        "msclkid",  # Microsoft Advertising
        *("yclid", "ysclid", "ymclid", "_openstat"),  # Yandex
        *("twclid", "__twitter_impression"),  # X
        *("ttclid", "li_fat_id", "igshid", "igsh", "rdt_cid", "epik", "scclid"),  # other social networks
        *("mc_cid", "mc_eid", "mc_tc"),  # Mailchimp
        *("mkt_tok", "trk_contact", "trk_msg", "trk_module", "trk_sid"),  # Marketo, Listrak
        *("_hsenc", "_hsmi"),  # HubSpot mail
        *("_ke", "_kx", "_bta_tid", "_bta_c", "dm_i"),  # Klaviyo, Bronto, dotdigital
        *("elq", "elqaid", "elqat", "elqcampaignid", "elqcst"),  # Eloqua
        *("spmailingid", "spuserid", "spjobid", "spreportid", "sailthru_campaign"),  # Silverpop, Sailthru
        *("s_kwcid", "ef_id", "s_cid", "sc_cid", "sc_campaign", "sc_channel", "sc_content"),  # Adobe
        *("at_medium", "at_campaign", "at_creation", "at_ptr_name", "at_format", "xtor"),  # AT Internet
        *("wt.mc_id", "wt.mc_ev", "wt_mc", "wt.tsrc"),  # Webtrends
        *("wickedid", "wickedsource", "zanpid", "irclickid", "irgwc", "rb_clickid"),  # affiliate networks
        *("icid", "ncid", "ocid", "cmpid", "mbid", "smid", "smtyp", "wprov", "sr_share"),  # large publishers
        *("soc_src", "soc_trk", "tblci", "obclid", "taboolaclickid"),  # Yahoo, Taboola, Outbrain
    }
)
"""A parameter with exactly this name is left out."""

AMBIGUOUS_NAMES: frozenset[str] = frozenset({"ref", "src", "source", "from", "cmp", "partner", "channel"})
"""A parameter with such a name is left out only where its value is one of `TELLING_VALUES`."""

TELLING_VALUES: frozenset[str] = frozenset(
    {
        *("rss", "feed", "rssfeed", "rss_feed", "atom", "feedburner", "googlenews", "google_news"),
        *("newsletter", "email", "mail", "e-mail"),
        *("facebook", "twitter", "linkedin", "social", "whatsapp", "telegram", "share", "sharing"),
        *("popular", "mostread", "most-read", "most_read", "related", "latest", "home", "homepage", "sidebar"),
    }
)
"""A value that names a way to the page, such as `rss` in `?ref=rss`."""
