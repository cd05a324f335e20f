"""A fresh Llama with weights that start close to copying."""

SPREAD = 0.08  # standard deviation of the normal start; at the usual 0.02 a model this small ignores its input
KEY_IN_QUERY = 0.7  # share of the key projection in the query projection: like tokens attend to each other
INNER = 3  # width of the feed-forward layers, in hidden widths


def fresh_llama(tokenizer, layers: int, hidden: int, heads: int, seed: int):
    """A Llama with tied embeddings and the mimetic start of attention, float32.

    Values are projected by a random rotation and projected back by its transpose, so that a head begins by writing
    what it attends to into the stream as it is; copying then need not be discovered from noise.
    """
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=hidden,
            intermediate_size=INNER * hidden,
            num_hidden_layers=layers,
            num_attention_heads=heads,
            num_key_value_heads=heads,
            max_position_embeddings=tokenizer.model_max_length,
            rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
            initializer_range=SPREAD,
            tie_word_embeddings=True,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    with torch.no_grad():
        for layer in model.model.layers:
            attention = layer.self_attn
            rotation = torch.linalg.qr(torch.randn(hidden, hidden))[0]
            attention.v_proj.weight.copy_(rotation)
            attention.o_proj.weight.copy_(rotation.T)
            attention.q_proj.weight.mul_(1 - KEY_IN_QUERY).add_(KEY_IN_QUERY * attention.k_proj.weight)
    return model
