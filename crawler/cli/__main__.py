"""`python -m crawler.cli` is `pressmark`."""

from crawler.cli.app import main

main()
