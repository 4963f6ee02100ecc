"""What runs the network: torch on CPU, CUDA or MPS, OpenVINO without torch, or numpy without both."""
