"""The WebSockets of customers and mitras: one connection, the hub of a worker, and what is said over them."""
