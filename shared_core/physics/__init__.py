"""X-rays in mammography: attenuation, spectra, and the signal of calcium behind breast tissue."""
