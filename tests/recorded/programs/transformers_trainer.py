"""Hugging Face's Trainer with a tiny random model: trainer_state.json, and the lines it prints."""

import json
import shutil
from glob import glob

import torch
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments, set_seed

set_seed(0)
texts = torch.randint(0, 50, (96, 8))
rows = [{"input_ids": text, "labels": int(text.sum()) % 2} for text in texts]
config = BertConfig(
    vocab_size=50, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, num_labels=2
)
trainer = Trainer(
    BertForSequenceClassification(config),
    TrainingArguments(
        "out",
        num_train_epochs=5,
        per_device_train_batch_size=8,
        learning_rate=0.01,
        logging_steps=3,
        eval_strategy="epoch",
        save_strategy="epoch",
        report_to=[],
        use_cpu=True,
    ),
    train_dataset=rows[:72],
    eval_dataset=rows[72:],
)
trainer.train()
shutil.move(sorted(glob("out/checkpoint-*/trainer_state.json"), key=len)[-1], "trainer_state.json")
for folder in glob("out/*"):
    shutil.rmtree(folder)
history = trainer.state.log_history
with open("oracle.json", "w") as file:
    json.dump(
        {name: [[row["step"], row[name]] for row in history if name in row] for name in ("loss", "eval_loss")}, file
    )
