"""Incidents to pages (text, Markdown, HTML), tables (CSV, parquet, pandas) and records (JSON lines, ECS, OCSF)."""
