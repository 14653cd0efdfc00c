"""A swimming pool's questions: a small corpus that has nothing to do with insurance, and its folder."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corpus.entries import Corpus, load_corpus
from corpus.entry import RETIRED, Entry, Similar, format_entry

if TYPE_CHECKING:  # the index's libraries are heavy, and most tests do without
    from index.encode import Encoder
    from index.engine import Engine

TICKETS = """成人30元一场，学生15元一场。

<!-- 段落: 月卡 -->
月卡300元，只限本人，当月不限次数。

<!-- 段落: 免票 -->
身高1.2米以下的儿童和65岁以上的老人免票。"""


def _entry(entry_id: str, category: str, question: str, body: str, similar: str) -> Entry:
    texts = (line.strip().partition(" @") for line in similar.strip().splitlines())
    return Entry(
        entry_id,
        category,
        question,
        tuple(Similar(text, passage) for text, _, passage in texts),
        body,
        basis=f"游泳馆须知 第{entry_id}条",
    )


ENTRIES = (
    _entry("A1", "入场", "游泳馆的门票多少钱？", TICKETS, """
        门票怎么卖
        游一次要多少钱
        进场收费标准是什么
        学生票几块钱
        单次票价是多少
        大人买票要花多少
        票贵不贵
        月卡多少钱一张 @月卡
        办月卡要多少钱 @月卡
        包月是什么价格 @月卡
        小孩子要买票吗 @免票
        老人免票吗 @免票
        多高的儿童不用买票 @免票
        几岁以上老人可以免费进 @免票
    """),
    _entry("A2", "入场", "游泳馆几点开门、几点关门？", "每天6:30至21:30，周一上午清洁，不开放。", """
        营业时间是几点到几点
        早上最早什么时候能进去
        晚上几点清场
        周一开不开门
        节假日开放时间一样吗
        现在还营业吗
        中午休不休息
        开放时间表
        最晚几点关门
        周末几点开始营业
        早场从几点开始
    """),
    _entry("A3", "入场", "游泳要办健康证吗？", "要。带身份证到前台量血压、拍照，当场发证，一年有效。", """
        健康证怎么办
        没有健康证能下水吗
        健康证有效期多久
        办健康证带什么证件
        去年的健康证今年还能用吗
        下水前需要体检证明吗
        在哪里办理健康证
        健康证当天能拿到吗
        体检合格证在前台办吗
        健康证过期了怎么办
    """),
    _entry("A4", "设施", "更衣柜怎么用，手牌丢了怎么办？", "凭手牌开柜；手牌遗失请到前台登记，赔20元。", """
        手牌不见了要赔多少
        储物柜打不开
        柜子在哪里
        更衣柜收费吗
        衣服和包放哪里
        锁柜的手环丢了
        贵重物品能存柜子里吗
        更衣柜可以过夜存放吗
        柜子钥匙丢了找谁
        手牌坏了怎么开柜
        存包要另外付钱吗
    """),
    _entry("A5", "课程", "怎么报名游泳培训班？", "在前台或公众号报名，六岁起收，每班十人，每期十二节课。", """
        小孩学游泳怎么报名
        有没有成人班
        教练怎么收费
        一期课程上几节
        学游泳几岁可以报班
        蛙泳班什么时候开课
        请私教一对一怎么约
        暑假班还有名额吗
        课程可以补课吗
        不会游泳想找教练学
        培训班一个班几个人
        公众号上怎么报培训课
    """),
    _entry("A6", "设施", "泳池的水温和水深是多少？", "水温常年28度；浅水区1.2米，深水区2米。", """
        水冷不冷
        冬天水是热的吗
        池子有多深
        浅水区几米
        深水区在哪边
        水温几度
        泳池是恒温的吗
        儿童池水深多少
        水有没有加热
        最深的地方有几米
        水太凉了怎么回事
        池水深度
    """),
)  # fmt: skip
RETIRED_ENTRY = replace(
    _entry("A7", "入场", "可以团购通票吗？", "团购已经停办。", "团购通票还有吗"), status=RETIRED, path=Path()
)

OUTSIDE = (
    "今天天气怎么样", "附近有什么好吃的", "怎么坐地铁到火车站", "图书馆怎么借书", "健身房年费多少", "羽毛球场怎么预约",
    "电影几点开始", "身份证丢了怎么补办", "公积金怎么提取", "营业执照怎么注销", "护照多久能办好", "驾照考试怎么报名",
    "手机话费怎么查", "快递到哪里了", "酒店可以退订吗", "火车票改签要手续费吗", "小学几岁可以上", "大学学费贵不贵",
    "英语培训哪家好", "钢琴课怎么收费", "给我讲个笑话", "股票会不会涨", "空调温度怎么调", "冰箱坏了找谁修",
    "停水什么时候恢复", "物业费一个月多少", "租房合同怎么写", "垃圾分类的时间", "宠物医院在哪里", "狗证怎么办",
    "感冒吃什么药", "血压高要注意什么", "体检中心几点上班", "海边可以钓鱼吗", "滑雪门票多少钱", "动物园开门时间",
    "公园里能骑车吗", "演唱会门票怎么抢", "篮球场收费吗", "钥匙丢了找谁开锁",
)  # fmt: skip
SYNONYMS = "泳池 = 池子 水池\n多少 钱 = 几多钱\n我 = i\n应用 = app\n"
PHRASES = """
welcome = ["A1", "几点关门？"]

[text]
greeting = "您好，我是游泳馆助手。"
abstain = "须知里没有。"

[[smalltalk]]
name = "greeting"
questions = ["你好", "您好", "在吗", "早上好", "哈喽", "hello"]
reply = "您好！"

[[smalltalk]]
name = "thanks"
questions = ["谢谢", "多谢", "谢谢你", "感谢", "辛苦了", "thanks"]
reply = "不客气！"
"""


def write_corpus(folder: Path, **changes: str | None) -> Path:
    """Write the corpus's files into `folder`; a change of None leaves a file out."""
    files: dict[str, str | None] = {
        **{f"entries/{entry.id}.md": format_entry(entry) for entry in (*ENTRIES, RETIRED_ENTRY)},
        "words/terms.txt": "健康证\n手牌\n深水区\n浅水区\n",
        "words/synonyms.txt": SYNONYMS,
        "words/outside.txt": "\n".join(OUTSIDE) + "\n",
        "phrases.toml": PHRASES,
    }
    for name, text in {**files, **changes}.items():
        if text is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def pool_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pool's corpus."""
    return write_corpus(tmp_path_factory.mktemp("pool"))


@pytest.fixture(scope="session")
def pool(pool_folder: Path) -> Corpus:
    """The pool's corpus."""
    return load_corpus(pool_folder)


@pytest.fixture(scope="session")
def pool_engine(pool: Corpus) -> Engine:
    """An engine over the pool's corpus and the shipped model, built once."""
    from index.engine import Engine

    return Engine.build(pool, shipped_encoder())


def save_text(folder: Path, text: str) -> None:
    """Write a text as if it were an index."""
    from index.manifest import FORMAT, Manifest, write_manifest, written_whole

    with written_whole(folder) as fresh:
        (fresh / text).write_text(text, encoding="utf-8")
        write_manifest(fresh, Manifest(FORMAT, "1", text, "model", "digest", 1, 1, {}))


@pytest.fixture(scope="session")
def pool_index(pool: Corpus, pool_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same engine on disk; tests that damage it take a copy."""
    from index import disk

    folder = tmp_path_factory.mktemp("index") / "built"
    disk.save(pool_engine, folder, pool.digest, disk.default_model())
    return folder


@cache
def shipped_encoder() -> Encoder:
    """Return the shipped encoder, opened once."""
    from index.disk import default_model
    from index.encode import open_encoder

    return open_encoder(default_model())
