"""Tables of the stock pages."""
