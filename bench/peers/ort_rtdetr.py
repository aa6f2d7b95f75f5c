"""ONNX Runtime: a forward pass for each line of standard input. Arguments: ARCH SIZE BATCH.

The model is exported by another process, so that the memory counted is ONNX Runtime's.
"""
import os
import subprocess
import sys
import tempfile

arch, size, batch = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def export(path):
    import torch

    from rtdetr_model import build

    class Heads(torch.nn.Module):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def forward(self, pixels):
            out = self.inner(pixel_values=pixels)
            return out.logits, out.pred_boxes

    with torch.no_grad():
        torch.onnx.export(
            Heads(build(arch)),
            (torch.rand(batch, 3, size, size),),
            path,
            opset_version=17,  # the first with GridSample is 16
            dynamo=False,
            input_names=["pixels"],
            output_names=["logits", "boxes"],
        )


if len(sys.argv) > 4:
    export(sys.argv[4])
    raise SystemExit(0)

import numpy as np  # noqa: E402
import onnxruntime as ort  # noqa: E402

from rtdetr_model import serve  # noqa: E402

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "model.onnx")
    subprocess.run([sys.executable, *sys.argv, path], check=True, stdout=sys.stderr)
    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
pixels = np.random.default_rng(0).random((batch, 3, size, size), dtype=np.float32)
serve(f"ONNX Runtime {ort.__version__}", lambda: session.run(None, {"pixels": pixels}))
