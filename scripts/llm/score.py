"""How probable a local model finds given continuations of its prompts, at temperature 1, a batch of prompts at once."""


def continuation_logprobs(
    model, prompts: list[list[int]], continuations: list[list[list[int]]], pad: int
) -> list[list[float]]:
    """Per prompt the natural log-probability of each of its continuations: the sum over the continuation's tokens.

    Prompts are token ids; each needs the same number of continuations, none of them empty. Every prompt is read once;
    its continuations go on from what was read.
    """
    import torch
    from transformers import DynamicCache

    count = len(continuations[0])
    width = max(map(len, prompts))
    device = model.device
    ids = torch.tensor([[pad] * (width - len(prompt)) + prompt for prompt in prompts], device=device)
    mask = torch.tensor([[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts], device=device)
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    cache = DynamicCache(config=model.config)
    lines = [line for given in continuations for line in given]
    longest = max(map(len, lines))
    # Padding behind a line is seen by nothing that counts.
    after = torch.tensor([line + [pad] * (longest - len(line)) for line in lines], device=device)
    told = torch.tensor([[1] * len(line) + [0] * (longest - len(line)) for line in lines], device=device)
    with torch.inference_mode():
        read = model(
            input_ids=ids,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        logits = read.logits.float().repeat_interleave(count, 0)
        if longest > 1:
            cache.batch_repeat_interleave(count)
            before = mask.repeat_interleave(count, 0)
            place = positions[:, -1:].repeat_interleave(count, 0) + torch.arange(1, longest, device=device)
            more = model(
                input_ids=after[:, :-1],
                attention_mask=torch.cat([before, torch.ones_like(after[:, :-1])], 1),
                position_ids=place,
                past_key_values=cache,
                use_cache=True,
            )
            logits = torch.cat([logits, more.logits.float()], 1)
        picked = logits.log_softmax(-1).gather(-1, after[:, :, None])[:, :, 0]
        sums = (picked * told).sum(1).reshape(len(prompts), count)
    return sums.tolist()
