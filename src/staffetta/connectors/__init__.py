"""The provider seam: plain Python, no Django. Provider words stop here (invariant 10)."""
