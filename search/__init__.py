"""Find: index, queries."""
