"""Long proofs, each seeded, each writing what it found."""
