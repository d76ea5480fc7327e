"""What is counted, and how whoever scrapes it gets it."""
