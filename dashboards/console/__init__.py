"""The analysts' console: server-rendered pages over index and records."""
