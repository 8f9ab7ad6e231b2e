"""Documents that leave the house: lists to publish, match reports, the monthly report, tables of figures."""
