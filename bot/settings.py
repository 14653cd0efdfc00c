"""Settings: every switch of the server in one table, read from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.addresses import names_postgres, names_redis
from corpus.entries import corpus_path
from corpus.errors import CorpusError
from corpus.office import load_office
from index.manifest import default_index

PREFIX = "FAQ_"
# In place of the store's file: none at all.
MEMORY = Path("memory")
_PASSWORD = re.compile(r".+(?=@)")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{3,32}")
_AES_KEY = re.compile(r"[A-Za-z0-9]{43}")
# They are written into headers, where a sign too many would mean something else.
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.:*\[\]-]+")


class SettingsError(Exception):
    """A setting has a value that cannot be used; the message names it in one Chinese sentence."""


def _state_file(data: dict[str, Any]) -> Path:
    # The place that the XDG base directory specification gives to such files, which must be absolute.
    given = Path(os.environ.get("XDG_STATE_HOME", ""))
    try:
        folder = given if given.is_absolute() else Path.home() / ".local" / "state"
    except RuntimeError:
        # An account without a home, as in some containers.
        return MEMORY
    try:
        name = load_office(data.get("corpus", corpus_path())).id
    except CorpusError:
        # What is wrong with the corpus is told where the corpus is read.
        name = "office"
    return folder / f"{name}-faq" / "store.sqlite"


class Settings(BaseSettings):
    """The settings of one server; each field's description is its help text."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        validate_by_name=True,
        hide_input_in_errors=True,
    )

    corpus: Path = Field(
        default_factory=corpus_path,
        description="资料所在的文件夹，里面有 office.toml 和 entries；默认是随程序安装的 corpus",
    )
    index: Path = Field(
        default_factory=default_index,
        description="索引所在的文件夹，默认是随程序安装的 index/built；设了 FAQ_CORPUS 的，是那个文件夹里的 built",
    )
    model: str | None = Field(
        None, description="向量模型：sentence-transformers 的文件夹或名字；留空用随附的模型。改了要重新 make index"
    )
    precision: float = Field(
        0.98, gt=0.5, lt=1, description="直接回答要达到的正确率，须大于 0.5、小于 1；越高，答得越少、错得越少"
    )
    strangers: float = Field(
        0.1, ge=0, lt=1, description="估计问题里有多大一份是资料不答的，须不小于 0、小于 1；越大，越谨慎"
    )
    rate_limit: int = Field(
        30, ge=0, le=1_000_000, description="每个客户端每分钟最多提问几次，须为不小于 0 的整数；0 表示不限"
    )
    records: Path | None = Field(None, description="问答记录的 SQLite 文件；留空则不记录")
    database_url: SecretStr | None = Field(
        None,
        description="代替上面的文件，用几台机器共用的 PostgreSQL，例如 postgresql://用户:密码@主机:5432/faq",
    )
    records_days: int = Field(
        0, ge=0, le=36_500, description="问答记录保留几天，过了就删，须为 0 到 36500；0 表示一直保留"
    )
    store: Path = Field(
        default_factory=_state_file,
        description="记会话和等待中的答案的 SQLite 文件，本机的几个进程共用，里面没有会话号；"
        "默认在用户的状态文件夹里（~/.local/state）；memory 表示只记在本进程的内存里",
    )
    store_keys: int = Field(
        100_000,
        ge=100,
        le=10_000_000,
        description="存储里每一类（网页和接口的会话、公众号的会话、公众号的消息、提问次数）最多同时记多少条，"
        "须为 100 到 10000000；记满时新来的照常回答、只是不记，已经记下的一条也不丢",
    )
    redis_url: SecretStr | None = Field(
        None,
        description="代替上面的文件，用几台机器共用的 Redis，"
        "例如 redis://:密码@主机:6379/0，也可以是 rediss:// 或 unix://；不能带 ? 参数",
    )
    proxy: int = Field(
        0,
        ge=0,
        le=9,
        description="服务前面有几层反向代理，紧挨着的一层在本机；从 X-Forwarded-For 的倒数第几个读取客户端地址，"
        "0 表示没有代理，须为 0 到 9",
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
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s/?#()\"<>]+$",
        description="从外面打开本站的地址，例如 https://faq.example.cn，后面不带路径；公众号用它链到完整的答案，留空则不放链接",
    )
    wechat_token: SecretStr | None = Field(
        None, description="公众号的令牌（Token），3 到 32 个字母或数字，与公众平台上填的一样；留空则不接公众号"
    )
    wechat_encoding_aes_key: SecretStr | None = Field(
        None, description="公众号的消息加解密密钥（EncodingAESKey），43 个字母或数字，与公众平台上的一样"
    )
    wechat_previous_encoding_aes_key: SecretStr | None = Field(
        None, description="刚换下来的消息加解密密钥，43 个字母或数字；换密钥的那几天填，平时留空"
    )
    wechat_appid: str | None = Field(
        None, pattern=r"^wx[A-Za-z0-9]{16}$", description="公众号的 AppID，wx 开头，共 18 位"
    )
    wechat_original_id: str | None = Field(
        None, pattern=r"^gh_[A-Za-z0-9]{6,32}$", description="公众号的原始 ID，gh_ 开头"
    )
    wechat_mode: Literal["safe", "compat", "plain"] = Field(
        "safe",
        description="消息加解密方式，与公众平台上选的一样：safe（安全模式）、compat（兼容模式）、plain（明文模式）",
    )
    wechat_staff: bool = Field(
        False, description="用户说“转人工”一类的话时转给公众平台的客服；开通了客服功能才设为 1，只能是 0 或 1"
    )
    wechat_deadline: float = Field(
        4.0, gt=0, le=4.5, description="收到消息以后最多几秒给出答复，须大于 0、不超过 4.5；微信只等 5 秒"
    )
    wechat_window: int = Field(
        300, ge=1, le=86_400, description="请求里的时间与本机时间最多差几秒，须为 1 到 86400；超过就拒绝"
    )
    work: Path | None = Field(
        None, description="放草稿和已发布各版的文件夹，一台机器的几个进程共用，要备份；留空则管理页面只能看，不能改资料"
    )
    admin: Path | None = Field(
        None,
        description="管理页面（/admin）的名单文件，一行一个人，由 faq admin-password 写出；留空则没有管理页面",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="日志级别，可用 debug、info、warning、error"
    )
    log_format: Literal["plain", "json"] = Field(
        "plain", description="日志的样子：plain（给人看）、json（一行一个 JSON，每个请求一行，给收日志的程序）"
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

    @field_validator("public_url", mode="before")
    @classmethod
    def _without_slash(cls, value: object) -> object:
        return value.rstrip("/") if isinstance(value, str) else value

    @field_validator("wechat_token")
    @classmethod
    def _is_token(cls, value: SecretStr | None) -> SecretStr | None:
        return _matching(value, _TOKEN)

    @field_validator("wechat_encoding_aes_key", "wechat_previous_encoding_aes_key")
    @classmethod
    def _is_key(cls, value: SecretStr | None) -> SecretStr | None:
        return _matching(value, _AES_KEY)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        # With half of it set up, every message would be refused.
        needed = ["wechat_token", "wechat_original_id"]
        needed += ["wechat_encoding_aes_key", "wechat_appid"] if self.wechat_mode != "plain" else []
        missing = [name for name in needed if getattr(self, name) is None]
        given = [name for name in _ACCOUNT if getattr(self, name) is not None]
        if given and missing:
            raise ValueError(f"设置了 {variable(given[0])}，却没有设置 {'、'.join(map(variable, missing))}")
        return self

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not names_redis(value.get_secret_value()):
            raise ValueError
        return value

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not names_postgres(value.get_secret_value()):
            raise ValueError
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value


_SECRETS = ("wechat_token", "wechat_encoding_aes_key", "wechat_previous_encoding_aes_key")
_ACCOUNT = (*_SECRETS, "wechat_appid", "wechat_original_id")


def _matching(value: SecretStr | None, pattern: re.Pattern[str]) -> SecretStr | None:
    if value is not None and not pattern.fullmatch(value.get_secret_value()):
        raise ValueError
    return value


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
    if not first["loc"]:
        return f"公众号的设置不全：{first['ctx']['error']}。要么都设置，要么都不设置。"
    place = str(first["loc"][0])
    name = place if place.isupper() else place.lower()
    field_name = name.removeprefix(PREFIX).lower()
    field = Settings.model_fields[field_name]
    # A secret with a slip of the pen in it is still most of the secret.
    value = "" if field_name in _SECRETS else f"“{_PASSWORD.sub('…', str(first['input']))[:80]}”"
    return f"设置 {name if name.isupper() else variable(name)} 的值{value}不能用：{field.description}。"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value in (None, ()) else str(value)
