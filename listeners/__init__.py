"""The processes that LISTEN in Postgres: relay, deadline listener, availability listener."""
