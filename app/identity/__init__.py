"""Who somebody is: one-time codes, passwords, refresh tokens, and how a code gets to its owner."""
