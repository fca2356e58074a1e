"""Receive: transfers, readers, checks, review, hand-over, sealing."""
