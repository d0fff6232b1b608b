"""What all rooms share: contracts, taxonomy, settings, archive, records, errors, logs. A leaf."""
