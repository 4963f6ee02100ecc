"""What runs the network: torch on CPU, CUDA or MPS, or OpenVINO without torch."""
