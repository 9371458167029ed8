"""What the stock API takes and answers. A wrong type is refused, never converted."""
