"""The WebSockets of customers and mitras: one connection, a worker's hub, presence and availability."""
