"""The values everything else speaks of: deal, pipeline, journal, the facts of one read, the effects of one write."""
