"""HTTP for the sandbox and its stand-ins: a server in a thread, requests, and faults that can be injected."""
