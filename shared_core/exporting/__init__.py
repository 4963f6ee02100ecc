"""What is written for people and programs: records, tables, masks and pictures."""
