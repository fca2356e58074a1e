"""Seal: packages, storage, fixity, formats, malware, evidence."""
