"""Ultralytics' results.csv, of a small classifier without pretrained weights, on pictures made here."""

import json
import shutil
from pathlib import Path

import numpy as np
from PIL import Image
from ultralytics import YOLO, settings

settings.update({"mlflow": False})
generator = np.random.default_rng(0)
for part, count in (("train", 24), ("val", 8)):
    for label, tint in (("dark", 60), ("light", 180)):
        Path("pictures", part, label).mkdir(parents=True)
        for number in range(count):
            picture = generator.integers(tint - 60, tint + 60, (32, 32, 3)).astype(np.uint8)
            Image.fromarray(picture).save(f"pictures/{part}/{label}/{number}.png")
kept: dict = {"val/loss": [], "metrics/accuracy_top1": []}
model = YOLO("yolov8n-cls.yaml", task="classify", verbose=False)


def keep(trainer):
    for name, values in kept.items():
        if name in trainer.metrics:
            values.append(float(trainer.metrics[name]))


model.add_callback("on_fit_epoch_end", keep)
model.train(
    data="pictures",
    epochs=6,
    imgsz=32,
    batch=8,
    workers=0,
    project="out",
    name="run",
    device="cpu",
    plots=False,
    amp=False,
)
shutil.move(next(Path().rglob("results.csv")), "results.csv")
shutil.rmtree("pictures")
for folder in ("out", "runs", "Ultralytics"):
    shutil.rmtree(folder, ignore_errors=True)
with open("oracle.json", "w") as file:
    json.dump({name: values[:6] for name, values in kept.items()}, file)
