"""Lightning: CSVLogger's metrics.csv, where training and validation stand on different rows, and its progress bar."""

import csv
import json
import logging
import shutil

import lightning
import torch
from lightning.pytorch.callbacks import TQDMProgressBar
from lightning.pytorch.loggers import CSVLogger
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import scale

logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)


class Unit(lightning.LightningModule):
    """A sigmoid unit that also keeps what it logs."""

    def __init__(self):
        super().__init__()
        self.linear, self.kept = torch.nn.Linear(30, 1), {"val_loss": [], "train_loss_step": []}

    def _loss(self, batch):
        x, y = batch
        return torch.nn.functional.binary_cross_entropy_with_logits(self.linear(x), y)

    def training_step(self, batch, index):
        loss = self._loss(batch)
        self.log("train_loss", loss, on_step=True, on_epoch=True, prog_bar=True)
        if (self.global_step + 1) % 5 == 0:
            self.kept["train_loss_step"].append(loss.item())
        return loss

    def validation_step(self, batch, index):
        self.log("val_loss", self._loss(batch), prog_bar=True)

    def on_validation_epoch_end(self):
        if not self.trainer.sanity_checking:
            self.kept["val_loss"].append(self.trainer.callback_metrics["val_loss"].item())

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.05)


lightning.seed_everything(0, verbose=False)
rows, labels = load_breast_cancer(return_X_y=True)
X, y = torch.tensor(scale(rows), dtype=torch.float32), torch.tensor(labels, dtype=torch.float32)[:, None]
parts = [torch.utils.data.TensorDataset(X[part], y[part]) for part in (slice(0, 400), slice(400, None))]
train, valid = (torch.utils.data.DataLoader(part, batch_size=50) for part in parts)
model = Unit()
lightning.Trainer(
    max_epochs=8,
    accelerator="cpu",
    logger=CSVLogger("lightning", flush_logs_every_n_steps=10),
    log_every_n_steps=5,
    callbacks=[TQDMProgressBar(refresh_rate=4)],
    enable_checkpointing=False,
    enable_model_summary=False,
).fit(model, train, valid)
shutil.move("lightning/lightning_logs/version_0/metrics.csv", "metrics.csv")
with open("metrics.csv") as file:
    assert len(list(csv.DictReader(file))) > 16
with open("oracle.json", "w") as file:
    json.dump(model.kept, file)
