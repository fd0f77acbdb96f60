"""What people print themselves: `epoch 3 loss 0.123 acc 0.9` and its kin, in a loop of PyTorch's kind, and the same by
`logging`, as JSON lines in a file, and with `key=value`."""

import json
import logging
import sys

import torch
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import scale

torch.manual_seed(0)
rows, labels = load_breast_cancer(return_X_y=True)
X, y = torch.tensor(scale(rows), dtype=torch.float32), torch.tensor(labels, dtype=torch.float32)[:, None]
kept: dict = {"train_loss": [], "val_loss": [], "acc": []}
logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
FORMS = [
    "epoch {epoch} loss {train_loss:.4f} val_loss {val_loss:.4f} acc {acc:.3f}",
    "Epoch: {epoch}, Train Loss: {train_loss:.4f}, Val Loss: {val_loss:.4f}, Acc: {acc:.2%}",
    "Epoch [{epoch}/12] | train_loss={train_loss:.3e} | val_loss={val_loss:.3e} | acc={acc:.4f} | lr 0.1",
    "epoch={epoch} train_loss={train_loss} val_loss={val_loss} acc={acc}",
]
for form in FORMS:
    print(f"Training on {'cpu'} with {len(X)} rows")
    model = torch.nn.Linear(30, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(1, 13):
        optimizer.zero_grad()
        p = model(X[:400])
        loss = torch.nn.functional.binary_cross_entropy_with_logits(p, y[:400])
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            tested = model(X[400:])
            val_loss = torch.nn.functional.binary_cross_entropy_with_logits(tested, y[400:])
            acc = ((tested > 0) == y[400:]).float().mean()
        values = {"train_loss": loss.item(), "val_loss": val_loss.item(), "acc": acc.item()}
        print(form.format(epoch=epoch, **values))
        for name, value in values.items():
            kept[name].append(value)
        if form is FORMS[0]:
            with open("metrics.jsonl", "a") as file:
                file.write(json.dumps({"epoch": epoch, **values}) + "\n")
        if form is FORMS[-1]:
            logging.getLogger("train").info("epoch %d: loss %.4f, val_loss %.4f", epoch, loss, val_loss)
with open("oracle.json", "w") as file:
    json.dump(kept, file)
