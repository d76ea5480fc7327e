"""Figures: what processes count, and how it is scraped."""
