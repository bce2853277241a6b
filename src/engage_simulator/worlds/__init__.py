"""The worlds that come along: `story` (small, its numbers fixed) and `demo` (worth looking at)."""
