"""An invented web on loopback to crawl: three newspapers, a forum, or a file of articles dressed as one."""
