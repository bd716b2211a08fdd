"""What salesbot knows about selling. Values in, values out: no I/O, no clock, no client."""
