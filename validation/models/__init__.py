"""The bundled and the published model side by side, on simulated exams and on real images."""
