"""`python -m crawler.cli` is `pressmark`."""

from crawler.cli import main

main()
