"""What all rooms share: contracts, taxonomy, settings, archive, records, errors, logs. Imports none of them."""
