"""Programs that are started, watched, asked and stopped: `curhat up`, `serve`, `listen`, `doctor`."""
