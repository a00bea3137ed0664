"""Records of other authorities: read line by line, matched to holders, stored in batches."""
