"""One campaign: its plan, its batches of trajectories, and its progress display."""
