"""Item pipelines as a user might write them."""

from typing import Any

from scrapy.exceptions import DropItem


class Drops:
    def process_item(self, item: Any) -> Any:
        raise DropItem("not wanted")


class Breaks:
    def process_item(self, item: Any) -> Any:
        raise KeyError("a bug of the user")


class Replaces:
    def process_item(self, item: Any) -> Any:
        return {"only": item["headline"]}
