"""Wires the rooms together: Scrapy, the network, the frontier, jobs and the command line."""
