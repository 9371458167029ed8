"""Changes of stock; each goes through the ledger."""
