"""The model that the peers run: transformers' RT-DETR with random weights."""
import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")


def build(arch, seed=0):
    import torch
    from transformers import RTDetrConfig, RTDetrForObjectDetection, RTDetrResNetConfig

    torch.manual_seed(seed)
    stages = ["stage2", "stage3", "stage4"]
    if arch == "r50":
        config = RTDetrConfig(
            backbone_config=RTDetrResNetConfig(out_features=stages), num_labels=80
        )
    elif arch == "r18":
        config = RTDetrConfig(
            backbone_config=RTDetrResNetConfig(
                hidden_sizes=[64, 128, 256, 512],
                depths=[2, 2, 2, 2],
                layer_type="basic",
                out_features=stages,
            ),
            encoder_in_channels=[128, 256, 512],
            hidden_expansion=0.5,
            decoder_layers=3,
            num_labels=80,
        )
    else:
        raise SystemExit(f"no such model: {arch}")
    model = RTDetrForObjectDetection(config)
    for module in model.modules():
        # The library draws these near zero; the signal of an untrained model would vanish.
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.ones_(module.weight)
    return model.eval()


def serve(name, step):
    """Runs `step` for each line of standard input and prints its time and the peak memory."""
    import json
    import resource
    import sys
    import time

    print(json.dumps({"name": name, "ready": True}), flush=True)
    for _ in sys.stdin:
        cpu = time.process_time()
        began = time.perf_counter()
        step()
        ms = (time.perf_counter() - began) * 1e3
        cpu_ms = (time.process_time() - cpu) * 1e3
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"ms": ms, "cpuMs": cpu_ms, "peakMb": peak}), flush=True)
