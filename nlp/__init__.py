"""From a page to a judgement: normalise, screen, classify, explain, mask."""
