"""Django's PostgreSQL backend, which looks at a kept connection before it asks over it."""

import select

import psycopg
from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A server that stops says so on the socket: where nothing is to be read, nothing was said."""

    def is_usable(self) -> bool:
        """Whether the connection lives. Asks the server, as Django does, only if it spoke."""
        if self.connection is None:
            return False
        try:
            spoke = select.poll()
            spoke.register(self.connection.fileno(), select.POLLIN)
            silent = not spoke.poll(0)
        except psycopg.Error:  # closed on our side
            return False
        return silent or bool(super().is_usable())
