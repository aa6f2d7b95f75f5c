"""PyTorch, eager: a forward pass for each line of standard input. Arguments: ARCH SIZE BATCH."""
import sys

import torch

from rtdetr_model import build, serve

arch, size, batch = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
model = build(arch)
pixels = torch.rand(batch, 3, size, size)


def step():
    with torch.inference_mode():
        model(pixel_values=pixels)


serve(f"PyTorch {torch.__version__} eager", step)
