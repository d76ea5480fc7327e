"""Access to Postgres: connections, sessions, calls of functions, and the bell that wakes the relay."""
