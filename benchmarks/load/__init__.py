"""A minute of much work: many events on many deals, several runs at once, faults and repeated deliveries.

    python -m benchmarks.load [--events 500] [--deals 200] [--workers 8] [--faults 0.05] [--repeats 0.05] [--seed 1]

Everything is played by the sandbox's clock, one thread at a time, so that the same seed gives the same ledger.
"""
