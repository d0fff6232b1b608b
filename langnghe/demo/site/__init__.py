"""An invented web on loopback to crawl: two newspapers, a forum, or a file of articles dressed as one."""
