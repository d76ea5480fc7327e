"""The public listener: what customer and mitra apps call."""
