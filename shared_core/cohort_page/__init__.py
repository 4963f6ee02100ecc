"""A page to look a cohort through: one folder of HTML that any browser opens, without server and network."""
