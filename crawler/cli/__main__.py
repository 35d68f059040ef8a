"""`python -m crawler.cli` is `pressmark`."""

from crawler.cli.start import main

main()
