"""Tables that `make data` writes, of lists that others keep. Each is read when it is first asked for."""
