"""Figures of a campaign, one module each.

Every module has `table(...)`, the data of the figure as a pandas table (its CSV file), and
`draw(table)`, which makes the matplotlib figure from that table only. `style` has what they have in
common: fonts, colours, sizes, writing.
"""
