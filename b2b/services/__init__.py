"""What changes companies, their people, baskets and orders."""
