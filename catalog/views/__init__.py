"""Pages of the catalogue and of prices: parse, call one service, answer."""
