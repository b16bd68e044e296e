"""One campaign: its plan, its batches of trajectories, and what a person sees of it."""
