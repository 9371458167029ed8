"""Replaying a year of a real wholesaler through the public services.

The file is UCI Online Retail (Daqing Chen, 2015, CC BY 4.0, doi 10.24432/C5BW33).
"""
