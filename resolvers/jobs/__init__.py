"""Work over many documents that may be stopped at any point and run again."""
