"""First weights that can look things up.

A small model spends most of a short training finding out that attention can fetch the word before, or what stood beside
an earlier occurrence of a word; until it has, it learns nothing that is built upon that. So some heads begin as such
circuits (the idea of Trockman and Kolter, "Mimetic initialization of self-attention layers", arXiv:2305.09828, carried
over to heads with rotary positions) and are trained on like all other weights. The residual stream begins in channels:
what the token is (content), what the tokens one to four places back were (places), and what was found beside another
occurrence (found).

- Layer 0: head h attends to the token h + 1 places back and copies its content into its own channel. All embeddings
  share one constant component, from which query and key make vectors that the rotation brings together at that distance.
- The other layers: the first key/value head holds what a token is, its queries what stood some places back, and what
  they carry over is the token two places before the occurrence found: the letter of "B. glass" for "glass: ". The second
  holds what stood before a token, its query what the token is, and carries the content: an induction head.

Contents are compared in those components of a head that the rotation hardly turns.
"""

import math

import torch

SEED = 7
CONSTANT, CONTENT, LOGIT_STD = 2.0, 5.7, 0.02  # norms of an embedding's two parts; deviation of the output weights
NUM_FAST, NUM_SLOWER = 3, 4  # rotated pairs that find a distance; pairs too fast to compare contents far apart
DISTANCE_GAIN, CONTENT_GAIN, COPIED, CARRIED = 2.0, 1.35, 0.53, 0.8


def set_lookups(model, seed=0):
    """Of the shape train.py has by default: 5 layers, 4 heads on 2 key/value heads, 4 channels of places in the width."""
    config, layers = model.config, model.model.layers
    size, half, width = config.head_dim, config.head_dim // 2, config.hidden_size
    slow = [*range(NUM_SLOWER, half), *range(half + NUM_SLOWER, size)]  # components of a head
    frequencies = model.model.rotary_emb.inv_freq
    generator = torch.Generator().manual_seed(SEED + seed)
    basis = torch.linalg.qr(torch.randn(width, width, generator=generator))[0].T
    constant, basis = basis[0], basis[1:]
    content, *places = basis[:5 * len(slow)].split(len(slow))  # [slow, hidden] each
    found = basis[5 * len(slow):]
    to_found = torch.randn(len(found), len(slow), generator=generator) * len(found)**-0.5

    def rows(weight, head):
        return weight[head * size:(head + 1) * size]

    def columns(weight, head):
        return weight[:, head * size:(head + 1) * size]

    def compare(weight, head, channel):
        rows(weight, head)[slow] = CONTENT_GAIN * channel

    with torch.no_grad():
        embedding = model.model.embed_tokens.weight
        vectors = torch.randn(len(embedding), len(slow), generator=generator)
        embedding.copy_(CONTENT * vectors / vectors.norm(dim=1, keepdim=True) @ content + CONSTANT * constant)
        model.lm_head.weight.copy_(LOGIT_STD * torch.randn(embedding.shape, generator=generator))

        first = layers[0].self_attn
        for head in range(config.num_attention_heads):
            for i in range(NUM_FAST):
                angle = -(head + 1) * float(frequencies[i])
                rows(first.q_proj.weight, head)[i] = DISTANCE_GAIN * math.cos(angle) * constant
                rows(first.q_proj.weight, head)[i + half] = DISTANCE_GAIN * math.sin(angle) * constant
            columns(first.o_proj.weight, head)[:, slow] = COPIED * places[head].T
        for head in range(config.num_key_value_heads):
            rows(first.k_proj.weight, head)[:NUM_FAST] = DISTANCE_GAIN * constant
            rows(first.v_proj.weight, head)[slow] = content

        for layer, backs in zip(layers[1:], [(1, 4), (3, 4), (1, 3), (1, 4)]):
            attention = layer.self_attn
            compare(attention.k_proj.weight, 0, content)
            compare(attention.k_proj.weight, 1, places[0])
            rows(attention.v_proj.weight, 0)[slow] = places[1]
            rows(attention.v_proj.weight, 1)[slow] = content
            for head, back in enumerate(backs):
                compare(attention.q_proj.weight, head, places[back - 1])
                columns(attention.o_proj.weight, head)[:, slow] = CARRIED * found.T @ to_found
            compare(attention.q_proj.weight, 2, content)
