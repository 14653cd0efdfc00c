"""A message that is nothing but a sum is computed exactly; a date, a range or a number alone is left alone."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calculator.arithmetic import LARGEST, Fault, read_expression

# what is typed | the same in signs | value
SUMS = """
3+5                            | 3 + 5                   | 8
3 + 5 = ?                      | 3 + 5                   | 8
１２３＋４５６＝？             | 123 + 456               | 579
一加一等于几                   | 1 + 1                   | 2
3加5得多少呀                   | 3 + 5                   | 8
帮我算一下12.5×8               | 12.5 × 8                | 100
算算 100减去20                 | 100 - 20                | 80
请问600加800一共是多少钱？     | 600 + 800               | 1400
你好，麻烦帮我计算：7*8        | 7 × 8                   | 56
100-30算一下，谢谢             | 100 - 30                | 70
436.32×2=多少钱                | 436.32 × 2              | 872.64
872.64÷3                       | 872.64 ÷ 3              | 290.88
436.32 x 2                     | 436.32 × 2              | 872.64
436.32X2                       | 436.32 × 2              | 872.64
12·5                           | 12 × 5                  | 60
12✕5                           | 12 × 5                  | 60
12 ✖️ 5                        | 12 × 5                  | 60
600/8                          | 600 ÷ 8                 | 75
600／8                         | 600 ÷ 8                 | 75
100−30                         | 100 - 30                | 70
2+3*4                          | 2 + 3 × 4               | 14
(2+3)*4                        | (2 + 3) × 4             | 20
（2+3）×4                      | (2 + 3) × 4             | 20
【[2+3]×4】÷5                  | (2 + 3) × 4 ÷ 5         | 4
10-(3+2)                       | 10 - (3 + 2)            | 5
(10-3)+2                       | 10 - 3 + 2              | 9
100÷5÷2                        | 100 ÷ 5 ÷ 2             | 10
100÷(5÷2)                      | 100 ÷ (5 ÷ 2)           | 40
1/3*3                          | 1 ÷ 3 × 3               | 1
0.1+0.2                        | 0.1 + 0.2               | 0.3
-3+5                           | (-3) + 5                | 2
5-(-3)                         | 5 - (-3)                | 8
2*-3                           | 2 × (-3)                | -6
10-8=                          | 10 - 8                  | 2
24-25等于多少                  | 24 - 25                 | -1
600-800=?                      | 600 - 800               | -200
8000-2000                      | 8000 - 2000             | 6000
2^10                           | 2^10                    | 1024
2**10                          | 2^10                    | 1024
2^3^2                          | 2^3^2                   | 512
(2^3)^2                        | (2^3)^2                 | 64
-2^2                           | (-(2^2))                | -4
2^-2                           | 2^(-2)                  | 0.25
5²                             | 5^2                     | 25
10¹²                           | 10^12                   | 1000000000000
5的平方                        | 5^2                     | 25
-5的平方                       | (-5)^2                  | 25
3的立方减2                     | 3^3 - 2                 | 25
2的10次方                      | 2^10                    | 1024
2×5的3次方                     | 2 × 5^3                 | 250
5000*90%                       | 5000 × 90%              | 4500
5000×90％                      | 5000 × 90%              | 4500
5000元的90%                    | 5000 × 90%              | 4500
5000的百分之九十是多少         | 5000 × 90%              | 4500
900的三分之一                  | 900 × (1 ÷ 3)           | 300
3万的千分之五                  | 30000 × (5 ÷ 1000)      | 150
4500÷5000的90%                 | 4500 ÷ (5000 × 90%)     | 1
5000×(1-10%)                   | 5000 × (1 - 10%)        | 4500
100%-90%                       | 100% - 90%              | 0.1
(30+60)%×200                   | (30 + 60)% × 200        | 180
100打九折                      | 100 × 0.9               | 90
100元打八五折多少钱            | 100 × 0.85              | 85
200打9.5折                     | 200 × 0.95              | 190
200打七折再减20                | 200 × 0.7 - 20          | 120
20000减600乘90%                | 20000 - 600 × 90%       | 19460
20000减600再乘90%              | (20000 - 600) × 90%     | 17460
20000减600，再乘以90%再加5     | (20000 - 600) × 90% + 5 | 17465
20000扣掉600然后打九折         | (20000 - 600) × 0.9     | 17460
2×(3加4再乘5)                  | 2 × ((3 + 4) × 5)       | 70
20000-600 再 ×90% 最后除以2    | (20000 - 600) × 90% ÷ 2 | 8730
12,000+1                       | 12000 + 1               | 12001
12，000+1,234,567.5            | 12000 + 1234567.5       | 1246567.5
1.5万减600                     | 15000 - 600             | 14400
2w-5k                          | 20000 - 5000            | 15000
2w5-600                        | 25000 - 600             | 24400
3千8加200                      | 3800 + 200              | 4000
两万减三百五                   | 20000 - 350             | 19650
两万三百五乘二                 | 20350 × 2               | 40700
一百零五点五加一               | 105.5 + 1               | 106.5
三点五万除以七                 | 35000 ÷ 7               | 5000
兩萬減六百                     | 20000 - 600             | 19400
5块加3块钱                     | 5 + 3                   | 8
(3+2)元×2                      | (3 + 2) × 2             | 10
1÷3                            | 1 ÷ 3                   | 约 0.3333333333
100000÷7                       | 100000 ÷ 7              | 约 14285.7142857143
2÷3÷100                        | 2 ÷ 3 ÷ 100             | 约 0.006666666667
-1÷3                           | (-1) ÷ 3                | 约 -0.3333333333
0×5                            | 0 × 5                   | 0
999999999999999+0              | 999999999999999 + 0     | 999999999999999
1^999999999999                 | 1^999999999999          | 1
(-1)^1000000001                | (-1)^1000000001         | -1
"""

NOT_SUMS = """
少儿医保多少钱           2000                     两万
-5                       (5)                      90%
百分之九十               三分之一                 5000元
2024-10-08               2024-10-8                2024/10/8
2024/10                  2024-10                  8/10/2024
10-8日                   10/8                     10月8日-12日
2024-2025                24-25                    2024-2025学年
2024-2025多少钱          2024-2025是多少          9.1-8.31
0755-88123456            138-0013-8000            400-800-8888
755-88123456             12345                    13800138000
440300201501011234       44030020150101123x       6222-0212-3456-7890
1-2                      3-6岁                    0-18
1-2多少钱                100-200元                70%-90%
A+B                      x+1                      9:30
9:30-11:30               1.2.3                    v1.2-3
192.168.1.1              1～2                     1+1=2
3+5等于8吗               3+                       +3
3++5                     3--2                     3 5
3×                       ×3                       ()
()+1                     2(3)                     (2)3
12,00+1                  1,2+3                    1..2+3
10除5                    5000的2                  5000+10%
20000减10%               打九折                   再加5
1加2再                   的90%                    元+1
①+1                      3½+1                     5₂+1
1e5+1                    三点加五点               3点5加1
5000百分之90             两三百加一               住院3天+2天
3+5岁                    500+多                   ？
3+5一块多少              3+五5                    600加800一
"""

FAULTS = [
    ("1÷0", Fault.ZERO),
    ("1/0", Fault.ZERO),
    ("5÷(3-3)", Fault.ZERO),
    ("0^-1", Fault.ZERO),
    ("1÷0+1÷0", Fault.ZERO),
    ("0^0", Fault.POWER),
    ("2^0.5", Fault.POWER),
    ("(-8)^(1÷3)", Fault.POWER),
    ("10^999", Fault.LARGE),
    ("9^9^9", Fault.LARGE),
    ("9^9^9^9^9", Fault.LARGE),
    ("9^-9^9", Fault.LARGE),
    ("1.000001^99999999", Fault.LARGE),
    ("9的999999999次方", Fault.LARGE),
    ("999999999999999+1", Fault.LARGE),
    ("-10^15", Fault.LARGE),
    ("亿亿+1", None),
    ("1+" + "9" * 190, Fault.LARGE),
    ("1+" + "9" * 500, Fault.LONG),
    ("+".join(["1"] * 101), Fault.LONG),
    ("2^" * 5000 + "2", Fault.LONG),
    ("9" * 500, None),
    ("(" * 20 + "1+2" + ")" * 20, None),
    ("(" * 21 + "1+2" + ")" * 21, Fault.DEEP),
    ("(" * 90 + "1+2" + ")" * 90, Fault.DEEP),
    ("(" * 5000 + "1+2" + ")" * 5000, Fault.LONG),
    ("1" + "加1再乘2" * 21, Fault.DEEP),
    ("((1+2)*3", Fault.BRACKETS),
    ("1)+2", Fault.BRACKETS),
    (")1+2(", Fault.BRACKETS),
    ("（1+2", Fault.BRACKETS),
    ("(3", None),
]


def rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


@pytest.mark.parametrize(("typed", "line", "value"), rows(SUMS), ids=lambda cell: cell)
def test_sums(typed: str, line: str, value: str) -> None:
    found = read_expression(typed)
    assert found and (found.line, found.fault) == (line, None)
    assert f"{'' if found.exact else '约 '}{found.value:f}" == value


@pytest.mark.parametrize("typed", [cell for line in NOT_SUMS.strip().splitlines() for cell in line.split()])
def test_not_sums(typed: str) -> None:
    assert read_expression(typed) is None


def test_spaces_do_not_make_a_sum() -> None:
    assert [read_expression(text) for text in ("", " ", "+86 13800138000", "138 0013 8000", "1 2+3", "5 - 3")] == [
        None
    ] * 6


@pytest.mark.parametrize(("typed", "fault"), FAULTS, ids=lambda cell: str(cell)[:20])
def test_faults(typed: str, fault: Fault | None) -> None:
    found = read_expression(typed)
    assert (found and found.fault) == fault
    assert not fault or (found and found.value is None and found.line == found.text)


NUMBERS = st.one_of(
    st.integers(0, 10**6).map(str),
    st.decimals("0", "9999", places=2).map(str),
    st.integers(1000, 10**6).map("{:,}".format),
)
SIGNS = {
    "+": ("+", " + ", "加", "加上", "＋"),
    "-": (" - ", "减", "减去", "扣掉", "−"),
    "×": ("×", "*", " x ", "乘", "乘以"),
    "÷": ("÷", " ÷ ", "除以", "／"),
}


@st.composite
def sums(draw: st.DrawFn, depth: int = 3) -> tuple[str, Fraction | None]:
    """Draw a sum fully in brackets, in any spelling, and its value; None where it divides by zero."""
    if not depth or draw(st.booleans()):
        number = draw(NUMBERS)
        return number, Fraction(number.replace(",", ""))
    sign = draw(st.sampled_from(list(SIGNS)))
    (left, a), (right, b) = draw(sums(depth - 1)), draw(sums(depth - 1))
    opening, closing = draw(st.sampled_from(["()", "（）", "[]", "【】"]))
    written = f"{opening}{left}{closing}{draw(st.sampled_from(SIGNS[sign]))}{opening}{right}{closing}"
    if a is None or b is None or (sign == "÷" and not b):
        return written, None
    return written, {"+": a + b, "-": a - b, "×": a * b, "÷": a / b if b else None}[sign]


@settings(max_examples=150)
@given(sums(), st.sampled_from(["", "帮我算一下", "请问"]), st.sampled_from(["=", "等于多少？"]))
def test_a_sum_in_any_spelling_has_its_value(drawn: tuple[str, Fraction | None], before: str, after: str) -> None:
    written, value = drawn
    found = read_expression(before + written + after)
    if found is None or found.fault is Fault.LONG:
        # A sum of one number is none.
        assert found or not any(spelling in written for spellings in SIGNS.values() for spelling in spellings)
    elif value is None:
        assert found.fault is Fault.ZERO
    elif abs(value) >= LARGEST:
        assert found.fault is Fault.LARGE
    else:
        assert found.value is not None
        assert (
            Fraction(found.value) == value if found.exact else abs(Fraction(found.value) - value) <= Fraction(1, 10**10)
        )


@settings(max_examples=150)
@given(sums())
def test_what_is_shown_has_the_same_value(drawn: tuple[str, Fraction | None]) -> None:
    found = read_expression(drawn[0] + "=")
    if found and found.value is not None and len(found.line) <= 200:
        again = read_expression(found.line + "=")
        assert again and (again.value, again.exact, again.line) == (found.value, found.exact, found.line)


@pytest.mark.parametrize("typed", [row[0] for row in rows(SUMS)])
def test_every_shown_line_can_be_typed(typed: str) -> None:
    found = read_expression(typed)
    again = read_expression(f"{found.line} =") if found else None
    assert found and again and (again.value, again.line) == (found.value, found.line)


@settings(max_examples=300)
@given(
    st.one_of(
        st.text(),
        st.text(
            alphabet="0123456789.,+-×÷^%()[]（）加减乘除以的再打折次方平立分之百千万亿点一二两九元块=？ kw²½",
            max_size=60,
        ),
    )
)
def test_no_text_breaks_it(text: str) -> None:
    found = read_expression(text)
    assert found is None or (found.value is None) == (found.fault is not None)
    if found and found.value is not None:
        assert abs(found.value) < LARGEST and isinstance(found.value, Decimal) and len(f"{found.value:f}") <= 47


@pytest.mark.parametrize(
    "typed", ["7" * 99 + "÷" + "3" * 99, "÷".join(["97"] * 66), "9^400÷7^400÷3^300+1÷13^300", "1.01^400"]
)
def test_long_numbers_stay_short(typed: str) -> None:
    found = read_expression(typed)
    assert found and (found.fault or len(f"{found.value:f}") <= 47)
