"""What the DAGs and what knows nothing of Airflow have to agree on."""

from datetime import timedelta

WATCHED_EVERY = timedelta(minutes=30)
# How many sources are crawled at the same time is how many slots this pool has.
CRAWL_POOL = "langnghe_crawl"
