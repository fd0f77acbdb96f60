"""torch.utils.tensorboard: plain scalars, and those it writes as tensors (`new_style`, `double_precision`)."""

import json

import torch
from _accumulated import accumulated
from torch.utils.tensorboard import SummaryWriter

torch.manual_seed(0)
with SummaryWriter("runs/unit") as writer:
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    X = torch.randn(100, 2)
    y = (X.sum(1, keepdim=True) > 0).float()
    for step in range(30):
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(model(X), y)
        loss.backward()
        optimizer.step()
        writer.add_scalar("train/loss", loss, step)
        writer.add_scalar("tensor/loss", loss, step, new_style=True)
        writer.add_scalar("double/loss", loss.item(), step, new_style=True, double_precision=True)
    writer.add_hparams({"alpha": 0.1, "kind": "sgd"}, {"final": loss.item()}, run_name="hparams")
with open("oracle.json", "w") as file:
    json.dump(accumulated("runs"), file)
