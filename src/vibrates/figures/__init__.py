"""Figures of a campaign, one module each.

Every module has `table(...)`, the data behind the figure as a pandas table (its CSV file), and
`draw(table)`, which makes the matplotlib figure from that table alone. `style` holds what they
share: fonts, colours, sizes, writing.
"""
