"""Make the databases that later commits must be able to carry over; CONTRIBUTING.md says when ("A migration")."""
