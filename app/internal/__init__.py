"""The internal listener, for the control center."""
