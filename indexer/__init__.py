"""The workshop: spreadsheets in, index generations out, training and evaluation. May import `matcher` only."""
