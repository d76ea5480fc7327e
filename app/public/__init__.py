"""The public listener, for the customers' and mitras' apps."""
