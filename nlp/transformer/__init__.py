"""The transformer engine: an encoder fine-tuned for all heads at once, served in int8 without torch."""
