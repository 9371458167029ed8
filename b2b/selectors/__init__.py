"""Reads of the B2B side."""
