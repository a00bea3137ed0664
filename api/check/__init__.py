"""`/check`: the public page on which anyone checks a paper of ours, without script."""
