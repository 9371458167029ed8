"""What the office's pages read: sums over all apps, in a constant number of queries."""
