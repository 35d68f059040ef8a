"""Says what a page is: pure functions from the bytes of a capture to a reading."""
