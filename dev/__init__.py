"""Everything `make` calls: set-up, local services, the supervisor, tests, lint and benchmarks.

Only the standard library is imported here, because these modules run before
anything is installed. Nothing in production imports this package.
"""
