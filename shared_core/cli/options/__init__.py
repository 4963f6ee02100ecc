"""What each command takes. Light: the work is imported when the command is carried out."""
