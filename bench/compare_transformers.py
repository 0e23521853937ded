#!/usr/bin/env python3
"""Compares the engine with Hugging Face transformers on the same random checkpoint and device, in one run.

    bench/compare_transformers.py --program bundle/bin/mistral-eval --work SCRATCH --device cuda [--layers 32]
        [--attention sdpa,flash_attention_2] [--prefill 512,2048] [--decode 1,8,64] [--context 1024] [--rounds 5]

Needs torch, transformers and sentencepiece. SCRATCH gets a checkpoint of Mistral 7B's shape with --layers layers and
random bf16 weights (seed 1; 14.5 GB with all 32), which both programs then read; one that is there is used again.
--small makes one of a few MB instead, to try the script itself on any machine.

Each round runs every test of both once, one after the other, so that whatever else the machine does falls on both:
prefill of N tokens, and 64 tokens of decoding of B sequences behind --context tokens. transformers' figures are those
of its forward pass with its own cache (prefill) and of one token a pass for all sequences, greedily (decode), without
its generate(), whose per-token work on the host would count against it. Prints the medians of tokens/s, their ranges
and the ratios, and how far log-probabilities of the same continuations lie apart. Exits 1 where a program fails.
"""

import argparse
import importlib.util
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

import timed_run

ROOT = pathlib.Path(__file__).resolve().parents[1]
DECODED_TOKENS = 64
SEED = 1
SHAPE_7B = dict(hidden_size=4096, intermediate_size=14336, num_attention_heads=32, num_key_value_heads=8,
                head_dim=128, vocab_size=32000, sliding_window=4096, max_position_embeddings=32768)
SMALL_SHAPE = dict(hidden_size=256, intermediate_size=512, num_attention_heads=4, num_key_value_heads=2, head_dim=64,
                   vocab_size=2000, sliding_window=4096, max_position_embeddings=8192)
# Ordinary sentences, so that contexts and continuations have some length whatever the tokenizer is.
TEXTS = [(f"Line {i} of {40 + i}: the farmer has {i + 3} sheep and buys {2 * i} more, so that now there are",
          f" {3 * i + 3} sheep in the meadow behind the old house.") for i in range(40)]


def load_peers_libraries():
    """Once the command line is right: they take seconds, and --help needs none of them."""
    global torch, transformers
    try:
        import torch
        import transformers
    except ImportError as missing:
        timed_run.fail(f"{missing}; install torch, transformers and sentencepiece for this Python")
    torch.set_grad_enabled(False)


def attentions(device):
    """What transformers can use here. Without the package flash_attn its second form is left out, and said to be."""
    if device == "cuda" and importlib.util.find_spec("flash_attn"):
        return ["sdpa", "flash_attention_2"]
    if device == "cuda":
        print("flash_attn is not installed: transformers runs with sdpa alone", file=sys.stderr)
    return ["sdpa"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--device", default="cuda", choices=["cuda", "cpu"])
    parser.add_argument("--layers", default=32, type=int)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--attention", help="transformers' attn_implementation, several: a,b (default: sdpa, and "
                        "flash_attention_2 where flash_attn is installed)")
    parser.add_argument("--prefill", default="512,2048")
    parser.add_argument("--decode", default="1,8,64", help="sequences at once")
    parser.add_argument("--context", default=1024, type=int, help="tokens in front of what is decoded")
    parser.add_argument("--rounds", default=5, type=int)
    args = parser.parse_args()
    args.prefill = [int(n) for n in args.prefill.split(",")]
    args.decode = [int(n) for n in args.decode.split(",")]
    if not args.program.is_file():
        timed_run.fail(f"{args.program}: expected the program mistral-eval")
    load_peers_libraries()
    if args.device == "cuda" and not torch.cuda.is_available():
        timed_run.fail("--device cuda: torch sees no device; --device cpu compares on the processor")
    args.attention = args.attention.split(",") if args.attention else attentions(args.device)
    return args


def make_checkpoint(args):
    """A directory that both programs read: config.json, model.safetensors, and the shipped model's tokenizer, whose
    ids are all below the vocabulary's size."""
    name = f"{'small' if args.small else 'mistral-7b'}-shape-{args.layers}-layers"
    directory = args.work / name
    if (directory / "config.json").exists():
        return directory
    shape = SMALL_SHAPE if args.small else SHAPE_7B
    config = transformers.MistralConfig(num_hidden_layers=args.layers, rms_norm_eps=1e-5, rope_theta=10000.0,
                                        tie_word_embeddings=False, bos_token_id=1, eos_token_id=2, **shape)
    torch.manual_seed(SEED)
    with torch.device(args.device):
        model = transformers.MistralForCausalLM(config).to(torch.bfloat16)
    model.save_pretrained(directory, max_shard_size="100GB")
    shutil.copy(ROOT / "models" / "tiny" / "tokenizer.model", directory)
    return directory


class Peer:
    """transformers with one implementation of attention."""

    def __init__(self, checkpoint, device, attention):
        self.name = f"transformers {transformers.__version__}, {attention}"
        self.device = device
        self.model = transformers.AutoModelForCausalLM.from_pretrained(
            checkpoint, dtype=torch.bfloat16, attn_implementation=attention).to(device).eval()
        self.vocab_size = self.model.config.vocab_size

    def random_ids(self, rows, columns):
        return torch.randint(3, self.vocab_size, (rows, columns), device=self.device)

    def now(self):
        if self.device == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter()

    def prefill(self, tokens):
        ids = self.random_ids(1, tokens)
        begin = self.now()
        self.model(ids, use_cache=True, logits_to_keep=1)
        return tokens / (self.now() - begin)

    def decode(self, batch, context):
        step = self.model(self.random_ids(batch, context), use_cache=True, logits_to_keep=1)
        begin = self.now()
        for _ in range(DECODED_TOKENS):
            ids = step.logits[:, -1:].argmax(-1)
            step = self.model(ids, past_key_values=step.past_key_values, use_cache=True, logits_to_keep=1)
        return batch * DECODED_TOKENS / (self.now() - begin)

    def logprobs(self, requests):
        """Summed natural log-probabilities of continuations; requests are pairs of token ids."""
        sums = []
        for context, continuation in requests:
            whole = torch.tensor([context + continuation], device=self.device)
            logprobs = self.model(whole).logits[0].double().log_softmax(-1)
            first = len(context)
            sums.append(sum(float(logprobs[first + i - 1, token]) for i, token in enumerate(continuation)))
        return sums


class Engine:
    name = "mistral-eval"

    def __init__(self, program, checkpoint, device):
        self.program = program
        self.model = ["--model", str(checkpoint), "--backend", device, "--quiet"]

    def ask(self, command, flags, lines=None):
        done = subprocess.run([str(self.program), command, *self.model, *flags], capture_output=True, text=True,
                              input=lines, check=False)
        if done.returncode != 0:
            print(f"mistral-eval {command} {' '.join(flags)}: exit status {done.returncode}\n{done.stderr[-2000:]}",
                  file=sys.stderr)
            sys.exit(1)
        return done.stdout

    def rates(self, args):
        """Tokens/s of every test, by its name. Two starts of the program, since only decoding has a depth."""
        flags = ["--format", "json", "--repetitions", "1"]
        longest = max(args.prefill + [args.context + DECODED_TOKENS])
        flags += ["--max-length", str(longest + 1)]
        prefill = json.loads(self.ask("bench", flags + ["--prompt", *map(str, args.prefill)]))
        decode = json.loads(self.ask("bench", flags + ["--generate", str(DECODED_TOKENS), "--depth", str(args.context),
                                                       "--batch", *map(str, args.decode)]))
        rates = {("prefill", test["prompt_tokens"]): test["rate"]["median"] for test in prefill["throughput"]}
        rates |= {("decode", test["batch"]): test["rate"]["median"] for test in decode["throughput"]}
        return rates

    def logprobs(self):
        lines = "".join(json.dumps({"context": a, "continuation": b}) + "\n" for a, b in TEXTS)
        return [json.loads(line) for line in self.ask("loglikelihood", [], lines).splitlines()]


def token_requests(tokenizer_file, answers):
    """Ids of the contexts and continuations as the engine split them."""
    import sentencepiece  # only here: the figures need no text

    pieces = sentencepiece.SentencePieceProcessor(model_file=str(tokenizer_file))
    requests = []
    for (context, continuation), answer in zip(TEXTS, answers):
        whole = [1, *pieces.encode(context + continuation)]
        size = answer["num_tokens"]
        assert whole[-size:] == answer["token_ids"], "both encode alike"
        requests.append((whole[:-size], whole[-size:]))
    return requests


def show_agreement(peers, checkpoint, engine):
    answers = engine.logprobs()
    requests = token_requests(checkpoint / "tokenizer.model", answers)
    print("\n" + timed_run.markdown_table(
        ["Log-probabilities of 40 continuations", "Mean difference", "Largest"],
        [[f"{engine.name} and {peer.name}", *(f"{value:.3g}" for value in differences(peer, requests, answers))]
         for peer in peers]))


def differences(peer, requests, answers):
    apart = [abs(theirs - ours["logprob"]) for theirs, ours in zip(peer.logprobs(requests), answers)]
    return statistics.mean(apart), max(apart)


def main():
    args = arguments()
    checkpoint = make_checkpoint(args)
    engine = Engine(args.program, checkpoint, args.device)
    peers = [Peer(checkpoint, args.device, attention) for attention in args.attention]
    tests = [("prefill", n) for n in args.prefill] + [("decode", n) for n in args.decode]
    figures = {}

    def measure(peer, test):
        kind, size = test
        return peer.prefill(size) if kind == "prefill" else peer.decode(size, args.context)

    for round_ in range(-1, args.rounds):  # the first is a warm-up
        for test, rate in engine.rates(args).items():
            figures.setdefault((engine.name, test), []).append(rate)
        for peer in peers:
            for test in tests:
                figures.setdefault((peer.name, test), []).append(measure(peer, test))
        print(f"round {round_ + 1} of {args.rounds} done", file=sys.stderr)
    rows = []
    for test in tests:
        ours = figures[engine.name, test][1:]
        for name in [engine.name] + [peer.name for peer in peers]:
            rates = figures[name, test][1:]
            rows.append([f"{test[0]} {test[1]}, {name}", f"{statistics.median(rates):,.1f}",
                         f"{min(rates):,.1f} – {max(rates):,.1f}",
                         f"{statistics.median(ours) / statistics.median(rates):.2f}"])
    device = torch.cuda.get_device_name() if args.device == "cuda" else timed_run.machine()
    print(f"{device}; torch {torch.__version__}; {checkpoint.name}, bf16; {args.rounds} rounds in turns\n")
    print(timed_run.markdown_table(["Test", "tokens/s", "Range", "Ours / this"], rows))
    show_agreement(peers, checkpoint, engine)


if __name__ == "__main__":
    main()
