"""The pages of the back office that belong to no single app."""
