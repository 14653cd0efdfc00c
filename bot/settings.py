"""Settings: every switch of the server in one table, read from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "FAQ_"
# They are written into headers, where a sign too many would mean something else.
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.:*\[\]-]+")


class SettingsError(Exception):
    """A setting has a value that cannot be used; the message names it in one Chinese sentence."""


def _built_index() -> Path:
    return Path(str(resources.files("index"))) / "built"


class Settings(BaseSettings):
    """The settings of one server; each field's description is its help text."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True, validate_by_name=True
    )

    index: Path = Field(default_factory=_built_index, description="索引所在的文件夹，默认是随程序安装的 index/built")
    model: str | None = Field(
        None, description="向量模型：sentence-transformers 的文件夹或名字；留空用随附的模型。改了要重新 make index"
    )
    precision: float = Field(
        0.98, gt=0.5, lt=1, description="直接回答要达到的正确率，须大于 0.5、小于 1；越高，答得越少、错得越少"
    )
    rate_limit: int = Field(
        30, ge=0, le=1_000_000, description="每个客户端每分钟最多提问几次，须为不小于 0 的整数；0 表示不限"
    )
    records: Path | None = Field(None, description="问答记录的 SQLite 文件；留空则不记录")
    proxy: bool = Field(
        False, description="服务前面有本机反向代理时设为 1，从 X-Forwarded-For 读取客户端地址；只能是 0 或 1"
    )
    cors: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="允许跨域调用的网页来源，多个用逗号分隔，例如 https://www.example.cn；* 表示全部，留空表示不允许",
    )
    frames: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="允许用 iframe 嵌入本站网页的网站来源，多个用逗号分隔，例如 https://www.example.cn；"
        "* 表示全部，留空表示不允许",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="日志级别，可用 debug、info、warning、error"
    )
    host: str = Field(
        "127.0.0.1", validation_alias=AliasChoices("FAQ_HOST", "HOST"), description="监听地址；0.0.0.0 表示所有网卡"
    )
    port: int = Field(
        8000, ge=1, le=65535, validation_alias=AliasChoices("FAQ_PORT", "PORT"), description="监听端口，须为 1 到 65535"
    )

    @field_validator("cors", "frames", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("cors", "frames")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        origins = tuple(origin.rstrip("/") for origin in value)
        for origin in origins:
            if origin != "*" and not _ORIGIN.fullmatch(origin):
                raise ValueError(origin)
        return origins

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value


@dataclass(frozen=True)
class Setting:
    """One row of the settings table."""

    name: str
    default: str
    help: str


def settings_table() -> tuple[Setting, ...]:
    """Return name, default and help of every setting, in order."""
    return tuple(
        Setting(variable(name), "" if field.default_factory else _shown(field.default), field.description or "")
        for name, field in Settings.model_fields.items()
    )


def variable(field_name: str) -> str:
    """Return the environment variable that sets `field_name`."""
    return PREFIX + field_name.upper()


def load_settings(**given: Any) -> Settings:
    """Read the settings from the environment; `given` values win over it."""
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None


def unknown_settings(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return variables that look like ours but are none, most likely slips of the pen."""
    known = {variable(name) for name in Settings.model_fields}
    return tuple(sorted(name for name in environ if name.startswith(PREFIX) and name not in known))


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    place = str(first["loc"][0])
    name = place if place.isupper() else place.lower()
    field_name = name.removeprefix(PREFIX).lower()
    value = str(first["input"])[:80]
    help_text = Settings.model_fields[field_name].description
    return f"设置 {name if name.isupper() else variable(name)} 的值“{value}”不能用：{help_text}。"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value in (None, ()) else str(value)
