"""Trains the shipped model: a MistralForCausalLM on the text of corpus.py, on one CPU thread.

    python3 tokenizer.py && python3 train.py

Seeds are fixed; on one machine with one version of PyTorch a run gives the same weights again. A checkpoint in Hugging
Face layout is written every --save-every steps and at the end, and what the model can do so far is printed: the loss of
each format on documents of another seed, and how many held-out questions get the right letter or the right word.
"""

import argparse
import json
import pathlib
import random
import time

import numpy as np
import sentencepiece
import torch
from transformers import MistralConfig, MistralForCausalLM

from corpus import BOS, EOS, LENGTH, ROWS, STEPS, documents, opening_steps, training_row
from exam import LETTERS, SUBJECTS, exam_record
from first_weights import set_lookups
from formats import FORMATS, boolq_question, mmlu_description, mmlu_question
from muon import Muon
from stories import boolq_record

WEIGHT_SEED, CHECK_SEED = 31, 41
# What an answer is worth in the loss. Names and numbers of a question can't be foreseen; the letter after "Answer:"
# and the result after "=" can, and are what the model is for.
ANSWER_WEIGHT, RESULT_WEIGHT = 6.0, 3.0
LAYERS_WARMUP, OTHERS_WARMUP = 200, 40  # steps

TINY = pathlib.Path(__file__).parents[2] / "models" / "tiny"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=TINY)
    parser.add_argument("--tokenizer", type=pathlib.Path, default=TINY / "tokenizer.model")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--rows", type=int, default=ROWS, help="texts of --length tokens in a step")
    parser.add_argument("--length", type=int, default=LENGTH,
                        help="in the last sixth of the steps half the texts, twice as long")
    parser.add_argument("--lr", type=float, default=3e-3, help="of Muon; AdamW's is half of it")
    parser.add_argument("--rope-theta", type=float, default=1e6)
    parser.add_argument("--hidden", type=int, default=128)
    parser.add_argument("--layers", type=int, default=5)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--kv-heads", type=int, default=2)
    parser.add_argument("--head-dim", type=int, default=32)
    parser.add_argument("--intermediate", type=int, default=384)
    parser.add_argument("--window", type=int, default=128)
    parser.add_argument("--check-every", type=int, default=400)
    parser.add_argument("--save-every", type=int, default=400)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0, help="other than 0: another text and other first weights")
    return parser.parse_args()


def new_model(args, num_pieces):
    torch.manual_seed(WEIGHT_SEED + args.seed)
    config = MistralConfig(
        vocab_size=num_pieces, hidden_size=args.hidden, intermediate_size=args.intermediate,
        num_hidden_layers=args.layers, num_attention_heads=args.heads, num_key_value_heads=args.kv_heads,
        head_dim=args.head_dim, sliding_window=args.window, max_position_embeddings=2048, rms_norm_eps=1e-5,
        tie_word_embeddings=False, bos_token_id=BOS, eos_token_id=EOS, initializer_range=0.03,
        rope_parameters={"rope_type": "default", "rope_theta": args.rope_theta},
        attn_implementation="sdpa")
    model = MistralForCausalLM(config)
    set_lookups(model, args.seed)
    return model


class Weights:
    """What each token of a text is worth in the loss."""

    def __init__(self, tokenizer, num_pieces):
        pieces = [tokenizer.id_to_piece(i) for i in range(num_pieces)]
        self.answer, self.colon = tokenizer.encode("x\nAnswer:")[-2:]
        self.is_equals = torch.tensor([piece in ("=", "▁=") for piece in pieces])
        self.is_number = torch.tensor([piece == "▁" or piece.strip("▁").isdigit() for piece in pieces])

    def __call__(self, ids):
        """[rows, length] ids -> weights of the same shape."""
        weights = torch.ones(ids.shape)
        after_answer = (ids[:, :-2] == self.answer) & (ids[:, 1:-1] == self.colon)
        weights[:, 2:][after_answer] = ANSWER_WEIGHT
        is_result = self.is_equals[ids]
        for _ in range(4):  # a space and up to three digits
            is_result = torch.nn.functional.pad(is_result, (1, 0))[:, :-1] & self.is_number[ids]
            weights[is_result] = RESULT_WEIGHT
        return weights


def token_losses(model, ids):
    """[rows, length - 1]: minus the log-probability of each token but the first."""
    logits = model(input_ids=ids[:, :-1], use_cache=False).logits
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="none").view(
        ids.shape[0], -1)


class Check:
    """Documents of another seed by format, and held-out questions with the tokens of their answers."""

    def __init__(self, tokenizer):
        self.by_format = {name: [] for name in FORMATS}
        for name, text in documents(CHECK_SEED):
            if len(self.by_format[name]) < 6:
                self.by_format[name].append(torch.tensor([[BOS, *tokenizer.encode(text), EOS]]))
            if all(len(rows) == 6 for rows in self.by_format.values()):
                break
        self.letters = [tokenizer.encode(f"x\nAnswer: {letter}")[-1] for letter in LETTERS]
        rng = random.Random(CHECK_SEED)
        self.questions = []
        for subject in SUBJECTS:
            for _ in range(20):
                shots = "".join(f"{mmlu_question(text, options)} {letter}\n\n" for text, options, letter in
                                (exam_record(rng, subject, False) for _ in range(5)))
                text, options, letter = exam_record(rng, subject, True)
                prompt = mmlu_description(subject) + shots + mmlu_question(text, options)
                self.questions.append((subject, torch.tensor([[BOS, *tokenizer.encode(prompt)]]), self.letters,
                                       LETTERS.index(letter)))
        words = [tokenizer.encode(f"x\nAnswer: {word}")[-1] for word in ("no", "yes")]
        for number in range(100):
            record = boolq_record(rng, number, True)
            self.questions.append(("readings", torch.tensor([[BOS, *tokenizer.encode(boolq_question(record))]]), words,
                                   int(record["label"])))

    @torch.no_grad()
    def __call__(self, model):
        losses = {name: float(torch.cat([token_losses(model, ids).flatten() for ids in rows]).mean())
                  for name, rows in self.by_format.items()}
        right = {}
        for subject, ids, answers, label in self.questions:
            logits = model(input_ids=ids, use_cache=False).logits[0, -1, answers]
            right.setdefault(subject, []).append(int(logits.argmax()) == label)
        return losses, {subject: sum(found) / len(found) for subject, found in right.items()}


def lr_scale(steps_since, warmup, done):
    """Nothing before a beginning, then up, then a straight line down to a fiftieth at the end of the training.

    The layers' matrices begin after the opening: until the output weights read what the look-ups find, the loss has no
    use for them and they are unlearnt within a hundred steps. Kumar et al., "Fine-Tuning can Distort Pretrained Features
    and Underperform Out-of-Distribution", arXiv:2202.10054, train the last layer alone first for the same reason.
    """
    return min(max(0, steps_since + 1) / warmup, max(0.02, 1 - done))


def save(model, tokenizer_file, out):
    """In bf16, with the files a Hugging Face checkpoint has."""
    out.mkdir(parents=True, exist_ok=True)
    copy = MistralForCausalLM(model.config).to(torch.bfloat16)
    copy.load_state_dict(model.state_dict())
    copy.save_pretrained(out)
    if (out / "tokenizer.model").resolve() != tokenizer_file.resolve():
        (out / "tokenizer.model").write_bytes(tokenizer_file.read_bytes())
    (out / "tokenizer_config.json").write_text(json.dumps({
        "add_bos_token": True, "add_eos_token": False, "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>",
        "pad_token": None, "clean_up_tokenization_spaces": False, "legacy": False, "model_max_length": 2048,
        "sp_model_kwargs": {}, "spaces_between_special_tokens": False, "tokenizer_class": "LlamaTokenizer"},
        indent=2) + "\n")


def main():
    args = arguments()
    torch.set_num_threads(args.threads)
    tokenizer = sentencepiece.SentencePieceProcessor(model_file=str(args.tokenizer))
    num_pieces = tokenizer.get_piece_size()
    model = new_model(args, num_pieces)
    hidden = [p for name, p in model.named_parameters() if p.ndim == 2 and "layers" in name]
    others = [p for name, p in model.named_parameters() if not (p.ndim == 2 and "layers" in name)]
    optimizers = [Muon(hidden, lr=args.lr), torch.optim.AdamW(others, lr=args.lr / 2, betas=(0.9, 0.95), weight_decay=0.01)]
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters, "
          f"{sum(p.numel() for p in hidden):,} in the layers' matrices", flush=True)

    started = time.monotonic()
    row = training_row(tokenizer, args.steps, args.rows * args.length, args.seed)
    texts = torch.from_numpy(row.astype(np.int64)).view(args.steps, args.rows, args.length)
    weights, check = Weights(tokenizer, num_pieces), Check(tokenizer)
    print(f"{row.size:,} tokens written in {time.monotonic() - started:.0f} s", flush=True)

    started, average = time.monotonic(), None
    for step in range(args.steps):
        for optimizer, begins, warmup in zip(optimizers, (opening_steps(args.steps), 0), (LAYERS_WARMUP, OTHERS_WARMUP)):
            for group in optimizer.param_groups:
                group["lr"] = group.setdefault("peak", group["lr"]) * lr_scale(step - begins, warmup, step / args.steps)
        ids = texts[step]
        if step >= args.steps * 5 // 6:
            ids = ids.view(args.rows // 2, 2 * args.length)
        worth = weights(ids)[:, 1:]
        loss = (token_losses(model, ids) * worth).sum() / worth.sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(others, 1.0)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        average = loss.item() if average is None else 0.98 * average + 0.02 * loss.item()
        if (step + 1) % 50 == 0:
            seconds = time.monotonic() - started
            print(f"step {step + 1}  loss {average:.3f}  {seconds:.0f} s  "
                  f"{(step + 1) * args.rows * args.length / seconds:,.0f} tokens/s", flush=True)
        if (step + 1) % args.check_every == 0 or step + 1 == args.steps:
            losses, right = check(model)
            print("  loss   " + "  ".join(f"{name} {value:.2f}" for name, value in losses.items()))
            print("  right  " + "  ".join(f"{name} {value:.2f}" for name, value in right.items()), flush=True)
        if (step + 1) % args.save_every == 0 or step + 1 == args.steps:
            save(model, args.tokenizer, args.out)


if __name__ == "__main__":
    main()
