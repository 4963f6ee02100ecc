"""What a model finds and falsely marks on real crops and views that were drawn on by laymen."""
