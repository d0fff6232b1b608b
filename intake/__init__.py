"""What comes in by file or by HTTP instead of being crawled."""
