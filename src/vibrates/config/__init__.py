"""The configuration of a campaign: reading, validation, and the grid it describes."""
