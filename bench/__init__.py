"""Measurements, printed and written to a file; never asserted in a test."""
