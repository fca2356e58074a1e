"""Findings and messages as data: a code, and its texts and citation in one catalogue."""
