"""The provider seam: plain Python, no Django. Provider words stop here (design, invariant 10)."""
