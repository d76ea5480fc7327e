"""What developers work with: everything on one machine, bots, the reference, the doctor. Nothing here serves users."""
