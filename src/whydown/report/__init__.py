"""Incidents to text and JSON lines."""
