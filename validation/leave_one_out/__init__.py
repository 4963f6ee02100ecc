"""Real views without BAC, each judged by a model that never saw its patient."""
