"""Forms of the stock pages."""
