"""Commands of `scrapy` that pressmark replaces."""
