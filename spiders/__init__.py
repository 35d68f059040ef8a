"""Decides where to look next."""
