"""Letters: what they print, how a reader of the paper proves it genuine, and what holds now."""
