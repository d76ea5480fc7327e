"""The internal listener: what operators' screens call."""
