"""What every request passes through, whatever answers it: the edge, routes, limits, errors, static files, health."""
