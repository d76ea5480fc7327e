"""Everything that waits on Postgres: the relay and the deadlines."""
