"""Bots that use the real REST API and WebSockets as customers and mitras: the simulation and the demo."""
