"""PyTorch: a training step for each line of standard input. Arguments: ARCH SIZE BATCH BOXES."""
import sys

import torch

from rtdetr_model import build, serve

arch, size, batch, boxes = sys.argv[1], *map(int, sys.argv[2:5])
model = build(arch)
model.train()
pixels = torch.rand(batch, 3, size, size)
numbers = torch.Generator().manual_seed(1)


def labels():
    sides = torch.rand(boxes, 2, generator=numbers) * 0.08 + 0.01
    centres = torch.rand(boxes, 2, generator=numbers) * 0.8 + 0.1
    classes = torch.randint(0, 80, (boxes,), generator=numbers)
    return {"class_labels": classes, "boxes": torch.cat([centres, sides], 1)}


truth = [labels() for _ in range(batch)]
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5, weight_decay=1e-4)


def step():
    optimizer.zero_grad(set_to_none=True)
    model(pixel_values=pixels, labels=truth).loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 0.1)
    optimizer.step()


serve(f"PyTorch {torch.__version__}", step)
