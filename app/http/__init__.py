"""What every request passes through: the edge, routes, limits, errors, static files, health."""
