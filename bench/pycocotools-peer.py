"""Times pycocotools on one set, as bench/evaluation.ts times Fovea: prints one JSON line, times in milliseconds.

    pycocotools-peer.py gt.json dt.json '[["all",0,1e10],...]' '[1,10,100]'
"""
import contextlib
import json
import os
import resource
import sys
import time

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


def main():
    gt_path, dt_path, ranges, limits = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), json.loads(sys.argv[4])
    marks = [time.perf_counter()]
    with open(os.devnull, "w") as null, contextlib.redirect_stdout(null):
        gt = COCO(gt_path)
        run = COCOeval(gt, gt.loadRes(dt_path), "bbox")
        run.params.areaRngLbl = [label for label, _, _ in ranges]
        run.params.areaRng = [[low, high] for _, low, high in ranges]
        run.params.maxDets = limits
        marks.append(time.perf_counter())
        run.evaluate()
        marks.append(time.perf_counter())
        run.accumulate()
        precision = run.eval["precision"][:, :, :, 0, -1]
        marks.append(time.perf_counter())
    load, evaluate, accumulate = (1000 * (b - a) for a, b in zip(marks, marks[1:]))
    print(json.dumps({
        "load": load, "evaluate": evaluate, "accumulate": accumulate, "total": 1000 * (marks[-1] - marks[0]),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "ap": precision[precision > -1].mean(),
    }))


main()
