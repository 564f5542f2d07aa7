"""What a run told, as an item of FileSlaRuns: written when its report comes, read by the projection."""
