"""The devices that an encoder runs on, what each does well and how much it holds. No other file names one."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from argmine.errors import EncoderError

if TYPE_CHECKING:
    import torch

    from argmine.settings import Settings

Precision = Literal["float32", "bfloat16", "float16"]

# Measured: longer batches leave the cache of a core, shorter ones waste its products.
CPU_TOKENS = 1_024
# However large the device: a window of claims is still more than one batch, so one is prepared while another runs.
MOST_TOKENS = 1 << 19
# Part of the free memory that the batches in flight may take: the allocator needs the rest for fragments.
SHARE_OF_MEMORY = 0.5
VARLEN = "torch.nn.attention.varlen"


@dataclass(frozen=True)
class Device:
    """One place where the encoder runs: its name for torch, its precision and why, and how many batches run at once."""

    name: str
    precision: Precision
    reason: str
    workers: int = 1

    @property
    def prepacks(self) -> bool:
        """Whether weights can be laid out once for oneDNN."""
        import torch

        return (
            self.name == "cpu"
            and bool(torch.backends.mkldnn.is_available())  # type: ignore[no-untyped-call]
            and hasattr(torch.ops.mkldnn, "_linear_pointwise")
        )

    @property
    def pins(self) -> bool:
        """Whether pinned host buffers speed up the way to the device."""
        return self.name.startswith("cuda")

    @property
    def has_varlen(self) -> bool:
        """Whether one flash kernel takes sequences of many lengths."""
        import torch

        if not self.name.startswith("cuda") or self.precision == "float32" or torch.version.hip:
            return False
        return torch.cuda.get_device_capability(self.name) >= (8, 0) and importlib.util.find_spec(VARLEN) is not None

    @property
    def prefers_products(self) -> bool:
        """Whether two batched products are quicker than the fused attention kernel for short texts: measured."""
        return self.name == "cpu" and self.precision == "bfloat16"

    @property
    def dtype(self) -> torch.dtype:
        """The torch type of the precision."""
        import torch

        kinds: dict[Precision, torch.dtype] = {
            "float32": torch.float32,
            "bfloat16": torch.bfloat16,
            "float16": torch.float16,
        }
        return kinds[self.precision]

    @property
    def usual_rows(self) -> int:
        """Rows of the products that weights are laid out for."""
        return CPU_TOKENS

    def token_budget(self, bytes_per_token: int) -> int:
        """Return the most tokens in a batch, from the device's free memory."""
        import torch

        if self.name == "cpu":
            return CPU_TOKENS
        if self.name.startswith("cuda"):
            free = torch.cuda.mem_get_info(self.name)[0]
        else:
            free = torch.mps.recommended_max_memory() - torch.mps.current_allocated_memory()
        return max(CPU_TOKENS, min(MOST_TOKENS, int(free * SHARE_OF_MEMORY) // (bytes_per_token * self.workers)))


def choose_device(settings: Settings, index: int = 0) -> Device:
    """Return the device and precision that the settings ask for; raise EncoderError for a device that is not here.

    `index` tells the GPUs of one machine apart.
    """
    import torch

    kind = _kind(settings)
    here = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not here[kind]:
        found = ", ".join(name for name, present in here.items() if present)
        raise EncoderError(
            f"device is {kind!r}, which torch {torch.__version__} does not find here. Choose one of: {found}."
        )
    precision, reason = ("float32", "exact was asked for") if settings.precision == "exact" else _fastest(kind)
    # On a CPU each worker has one thread: no batch waits for another. Elsewhere one prepares while the other waits.
    workers = torch.get_num_threads() if kind == "cpu" else 2
    return Device(f"cuda:{index}" if kind == "cuda" else kind, precision, reason, workers)  # type: ignore[arg-type]


def count_devices(settings: Settings) -> int:
    """Return how many devices of the chosen kind can share the work."""
    import torch

    return max(1, torch.cuda.device_count()) if _kind(settings) == "cuda" else 1


def describe(settings: Settings) -> dict[str, Any]:
    """Return what there is to say of the chosen device: its name, its precision and why, its workers and threads."""
    import torch

    device = choose_device(settings)
    return {
        "device": device.name,
        "devices": count_devices(settings),
        "precision": device.precision,
        "reason": device.reason,
        "workers": device.workers,
        "threads": torch.get_num_threads(),
        "bfloat16_units": ", ".join(_bfloat16_units()) or "none",
    }


@contextmanager
def worker_threads(device: Device) -> Iterator[ThreadPoolExecutor]:
    """Give threads that run batches on the device; on the processor itself, each keeps its products to itself."""
    import torch

    threads_before = torch.get_num_threads()

    def keep_to_itself() -> None:
        if device.name == "cpu":
            torch.set_num_threads(1)

    try:
        with ThreadPoolExecutor(device.workers, initializer=keep_to_itself) as pool:
            yield pool
    finally:
        # Threads started later, by anybody, begin with the number that was set last.
        torch.set_num_threads(threads_before)


def synchronize(device: Device) -> None:
    """Wait until the device has done all that it was given."""
    import torch

    if device.name.startswith("cuda"):
        torch.cuda.synchronize(device.name)
    elif device.name != "cpu":
        torch.mps.synchronize()


def is_out_of_memory(error: RuntimeError) -> bool:
    """Return whether torch raised the error because a device's memory was full."""
    import torch

    return (
        isinstance(error, torch.OutOfMemoryError)
        or "out of memory" in str(error)
        or "can't allocate memory" in str(error)
    )


def _kind(settings: Settings) -> str:
    import torch

    if settings.device != "auto":
        return settings.device
    return "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"


def _fastest(kind: str) -> tuple[Precision, str]:
    import torch

    if kind == "cuda":
        if torch.cuda.is_bf16_supported(including_emulation=False):
            return "bfloat16", "the GPU computes bfloat16"
        return "float16", "the GPU has no bfloat16"
    if kind == "mps":
        return "float16", "the fastest type of this GPU"
    units = _bfloat16_units()
    if units:
        return "bfloat16", f"the processor has {units[0]}"
    return "float32", "the processor computes no bfloat16"


def _bfloat16_units() -> list[str]:
    import torch

    found = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return [label for flag, label in (("amx_bf16", "AMX"), ("avx512_bf16", "AVX512-BF16")) if found.get(flag)]
