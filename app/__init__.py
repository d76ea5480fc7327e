"""The thin layer between people and Postgres: routes, sockets, and the command line that runs it all."""
