"""What Airflow runs, and when. Each file is one DAG, and each task one call into `langnghe`."""
