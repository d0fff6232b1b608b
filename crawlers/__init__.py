"""From the public web to pages: sources, discovery, polite and safe fetching, extraction."""
