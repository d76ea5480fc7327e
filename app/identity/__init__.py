"""Sign-in: one-time codes and their delivery, passwords, refresh tokens, revoked access tokens."""
