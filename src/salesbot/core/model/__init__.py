"""The values everything else works with: deal, pipeline, journal, the facts of one read, the effects of one write."""
