"""Muon: momentum, made orthogonal by a Newton-Schulz iteration, for the matrices of hidden layers.

Keller Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024; the step is scaled to the size of
an AdamW step as in Liu et al., arXiv:2502.16982, so that both share one learning rate. PyTorch's own iterates in bf16,
which processors without bf16 instructions only imitate; this one stays in f32.
"""

import torch


def orthogonal(matrices, steps=5):
    """[n, rows, columns] -> about U Vᵀ of each matrix' singular value decomposition U S Vᵀ."""
    a, b, c = 3.4445, -4.7750, 2.0315
    is_tall = matrices.shape[-2] > matrices.shape[-1]
    x = matrices.mT if is_tall else matrices
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return x.mT if is_tall else x


class Muon(torch.optim.Optimizer):
    def __init__(self, params, lr, momentum=0.95, weight_decay=0.1):
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            by_shape = {}
            for param in group["params"]:
                by_shape.setdefault(tuple(param.shape), []).append(param)
            for (rows, columns), params in by_shape.items():
                updates = []
                for param in params:
                    velocity = self.state[param].setdefault("velocity", torch.zeros_like(param))
                    velocity.lerp_(param.grad, 1 - group["momentum"])
                    updates.append(param.grad.lerp(velocity, group["momentum"]))  # Nesterov's
                scale = 0.2 * max(rows, columns) ** 0.5
                for param, update in zip(params, orthogonal(torch.stack(updates))):
                    param.mul_(1 - group["lr"] * group["weight_decay"])
                    param.add_(update, alpha=-group["lr"] * scale)
