"""Train, fine-tune, calibrate and evaluate models; needs the extra ``train``."""
