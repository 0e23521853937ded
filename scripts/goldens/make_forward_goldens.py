#!/usr/bin/env python3
"""Makes tests/golden/forward: tiny checkpoints and the logits Hugging Face transformers computes for them.

    pip install torch transformers safetensors
    scripts/goldens/make_forward_goldens.py [CASE ...]

Every case is a directory with config.json, model*.safetensors and expected.safetensors, which holds for
each prompt i `input_ids.i` [T] I64 (the first is BOS) and `logits.i` [T, V] F32. The logits come from the
files as written, loaded again in float32 with eager attention on one thread, so the directory is all that
another program needs. Weights are drawn so that every part of the network matters: attention is neither
flat nor one-hot, norm gains differ from 1, logits have a standard deviation of about 2.

Developer-side only: nothing of the build or the tests runs Python. Run it again when a case is added, and
say in the commit why a golden changed.
"""

import json
import pathlib
import shutil
import sys

import torch
import transformers
from safetensors.torch import load_file, save_file

ROOT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "forward"

BASE = {
    "architectures": ["MistralForCausalLM"],
    "model_type": "mistral",
    "vocab_size": 96,
    "hidden_size": 32,
    "intermediate_size": 56,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "hidden_act": "silu",
    "max_position_embeddings": 256,
    "rms_norm_eps": 1e-5,
    "rope_theta": 10000.0,
    "sliding_window": None,
    "tie_word_embeddings": False,
    "torch_dtype": "float32",
    "bos_token_id": 1,
    "eos_token_id": 2,
}

# name: (changes to BASE; None as value of a key in DROP removes it, storage dtype, tensors per shard or 0, lengths)
CASES = {
    # Two query heads per key/value head; the window is wider than the text.
    "grouped_heads": (dict(sliding_window=64), "float32", 0, (41, 64)),
    # head_dim 16 where hidden_size / num_attention_heads is 8.
    "wide_heads": (dict(head_dim=16, num_key_value_heads=1), "float32", 0, (40, 57)),
    # A window of 16 keys and texts up to six times as long, over three layers.
    "short_window": (dict(sliding_window=16, num_hidden_layers=3), "float32", 0, (48, 100)),
    # No window: `sliding_window: null`.
    "no_window": (dict(sliding_window=None), "float32", 0, (100,)),
    # The base of Instruct v0.2 and v0.3, at the top level of config.json.
    "theta_1e6": (dict(rope_theta=1000000.0, vocab_size=128), "float32", 0, (40, 90)),
    # The form transformers 5 writes: rope_parameters, dtype; several files and an index.
    "sharded": (
        dict(rope_theta=None, torch_dtype=None, dtype="float32", head_dim=8,
             rope_parameters={"rope_theta": 1000000.0, "rope_type": "default"}),
        "float32", 6, (45, 60)),
    # Weights stored as bf16 and computed in f32.
    "bf16": (dict(torch_dtype="bfloat16", sliding_window=32), "bfloat16", 0, (50, 80)),
    # Weights stored as f16 and computed in f32, every key/value head with its own query head.
    "f16": (dict(torch_dtype="float16", num_key_value_heads=4), "float16", 0, (50,)),
    # The output projection is the embedding; there is no lm_head.weight.
    "tied_embeddings": (dict(tie_word_embeddings=True), "float32", 0, (50,)),
    # The Llama class: no window key at all, eps of its own.
    "llama": (
        dict(architectures=["LlamaForCausalLM"], model_type="llama", num_key_value_heads=4, rms_norm_eps=1e-6),
        "float32", 0, (64,)),
}
DROP = ("rope_theta", "torch_dtype")


def config_of(changes):
    config = {**BASE, **changes}
    for key in DROP:
        if config[key] is None:
            del config[key]
    if config["model_type"] == "llama":
        del config["sliding_window"]
    return config


def draw(name, tensor, generator):
    """Values of one parameter, scaled by its role and its number of inputs."""
    if tensor.dim() == 1:
        gain = 0.5 + torch.rand(tensor.shape, generator=generator)
        sign = torch.where(torch.rand(tensor.shape, generator=generator) < 0.1, -1.0, 1.0)
        return gain * sign
    values = torch.randn(tensor.shape, generator=generator)
    if "embed_tokens" in name:
        return values * 0.5
    scale = 1.6 if "q_proj" in name or "k_proj" in name else 2.0 if "lm_head" in name else 1.0
    return values * (scale / tensor.shape[1] ** 0.5)


def save_shards(tensors, directory, per_shard):
    names = sorted(tensors)
    groups = [names[i:i + per_shard] for i in range(0, len(names), per_shard)]
    weight_map = {}
    for i, group in enumerate(groups):
        file = f"model-{i + 1:05d}-of-{len(groups):05d}.safetensors"
        save_file({n: tensors[n] for n in group}, directory / file, metadata={"format": "pt"})
        weight_map.update({n: file for n in group})
    total = sum(t.numel() * t.element_size() for t in tensors.values())
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (directory / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")


def make(case, seed):
    changes, dtype, per_shard, lengths = CASES[case]
    directory = ROOT / case
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    config = config_of(changes)
    (directory / "config.json").write_text(json.dumps(config, indent=2) + "\n")

    generator = torch.Generator().manual_seed(seed)
    model_class = getattr(transformers, config["architectures"][0])
    blank = model_class(model_class.config_class.from_pretrained(directory))
    tensors = {}
    for name, tensor in blank.state_dict().items():
        if config["tie_word_embeddings"] and name == "lm_head.weight":
            continue
        tensors[name] = draw(name, tensor, generator).to(getattr(torch, dtype)).contiguous()
    if per_shard:
        save_shards(tensors, directory, per_shard)
    else:
        save_file(tensors, directory / "model.safetensors", metadata={"format": "pt"})

    model = model_class.from_pretrained(directory, dtype=torch.float32, attn_implementation="eager").eval()
    check(model, config, tensors)
    expected = {}
    for i, length in enumerate(lengths):
        ids = torch.randint(3, config["vocab_size"], (length,), generator=generator)
        ids[0] = config["bos_token_id"]
        with torch.no_grad():
            logits = model(ids[None], use_cache=False).logits[0]
        assert logits.dtype == torch.float32 and torch.isfinite(logits).all()
        expected[f"input_ids.{i}"] = ids
        expected[f"logits.{i}"] = logits.contiguous()
        print(f"{case}: prompt {i}: {length} tokens, logits std {logits.std():.2f}, max |x| {logits.abs().max():.2f}")
    save_file(expected, directory / "expected.safetensors")
    load_file(directory / "expected.safetensors")


def check(model, config, tensors):
    """The library must have understood the file as it was meant."""
    rope = config.get("rope_theta") or config["rope_parameters"]["rope_theta"]
    assert model.config.rope_parameters["rope_theta"] == rope
    assert model.config._attn_implementation == "eager"
    assert getattr(model.config, "sliding_window", None) == config.get("sliding_window")
    loaded = model.state_dict()
    for name, tensor in tensors.items():
        assert torch.equal(loaded[name], tensor.float()), name


def main():
    torch.set_num_threads(1)
    cases = sys.argv[1:] or list(CASES)
    for case in cases:
        make(case, seed=20231006 + list(CASES).index(case))
    size = sum(f.stat().st_size for f in ROOT.rglob("*") if f.is_file())
    print(f"torch {torch.__version__}, transformers {transformers.__version__}; {size} bytes in {ROOT.name}/")


if __name__ == "__main__":
    main()
