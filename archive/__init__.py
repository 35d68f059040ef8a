"""Keeps what was fetched and finds it again: WARC files, their index, and the catalog derived from them."""
