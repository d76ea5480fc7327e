"""Bots that act as customers and mitras over the real REST API and WebSockets, for simulation and demo."""
