"""The command line `pressmark`; see `crawler.cli.app`."""
