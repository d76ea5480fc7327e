"""What somebody who works by hand leaves open, and what everybody else can do meanwhile."""
