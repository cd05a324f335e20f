"""LoRA adapters of a base in memory, loaded under the names of roles and switched between them."""

from pathlib import Path
from typing import Any

from scripts.provenance.errors import Problem


def with_adapters(model: Any, base: Path, adapters: dict[str, Path]) -> Any:
    """The model with the PEFT folders by role, or as it is without any; a Problem when one does not fit `base`."""
    if not adapters:
        return model
    from peft import PeftModel

    for name, path in adapters.items():
        try:
            if isinstance(model, PeftModel):
                model.load_adapter(path, _module_name(name))
            else:
                model = PeftModel.from_pretrained(model, path, adapter_name=_module_name(name))
        except (RuntimeError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise Problem(f"The adapter {path} does not fit {base} ({reason}). Rebuild the adapter.") from error
    return model


def switch(model: Any, adapter: str | None) -> None:
    """From now on the model speaks with that adapter; None: as the base alone."""
    if adapter is None:
        model.base_model.disable_adapter_layers()
    else:
        model.base_model.enable_adapter_layers()
        model.set_adapter(_module_name(adapter), inference_mode=True)


def _module_name(adapter: str) -> str:
    """Adapter names become submodule names, so one like `half` would hide a method of nn.Module."""
    return f"adapter_{adapter.replace('.', '_')}"
