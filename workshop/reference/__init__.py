"""docs/reference/, made from the code and a migrated database."""
