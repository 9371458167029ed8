"""Pages of the portal (`/b2b/`) and of companies in the back office."""
