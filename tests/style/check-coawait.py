#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""One co_await per statement, in one of four shapes: g++ 12 miscompiles others.

    check-coawait.py TOP | --self-test

    co_await f(a, b);            auto x = co_await f(a, std::move(b));
    x = co_await f(a);           co_return co_await f(a);

Arguments are named or trivial: no braces, no lambdas, no second await; and never inside a condition
or a macro.
"""
import pathlib
import re
import sys

from source_files import files, report

COMMENTS = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
SHAPE = re.compile(
    r"""^(?:
          (?:(?:const\s+)?auto(?:\s*&&?|\s*\*)?\s+(?:\w+|\[[\w\s,]+\])\s*=\s*)  # auto x =
        | (?:[\w:<>,\s*&]+?\s[\w]+\s*=\s*)                                     # Type x =
        | (?:[\w.\->\[\]*]+\s*=\s*)                                            # x =
        | (?:co_return\s+)
        )?
        co_await\s+(?P<call>[^={}?]*)$""", re.X | re.S)
LABEL = re.compile(r"^(?:(?:case\s+[\w:]+|default)\s*:\s*(?!:))+|^else\b\s*", re.S)


def blank(match):
    """Same length and lines, no text; a literal stays recognisable as one word."""
    text = match.group(0)
    return text[0] + re.sub(r"[^\n]", "_", text[1:-1]) + text[-1] if text[0] in "\"'" \
        else re.sub(r"[^\n]", " ", text)


def statement_around(text, position):
    """The statement that holds the position, from the last ; { } before it to the next ; after."""
    begin = max(text.rfind(mark, 0, position) for mark in ";{}") + 1
    block = max(text.rfind(mark, 0, begin) for mark in "{}") + 1
    if text.count("(", block, begin) > text.count(")", block, begin):
        begin = block  # the ; is one of a for (;;)
    depth = 0
    for end in range(position, len(text)):
        if text[end] in "([":
            depth += 1
        elif text[end] in ")]":
            depth -= 1
        elif text[end] == ";" and depth <= 0:
            break
        elif text[end] in "{}":
            return text[begin:end + 1]  # a brace inside the statement
    return text[begin:end]


def check(text):
    text = COMMENTS.sub(blank, text)
    for match in re.finditer(r"(?<!operator )\bco_await\b", text):
        line = text.count("\n", 0, match.start()) + 1
        statement = statement_around(text, match.start()).strip()
        statement = LABEL.sub("", re.sub(r"^\s*#.*$", "", statement, flags=re.M).strip()).strip()
        shape = SHAPE.match(statement)
        if statement.count("co_await") > 1:
            yield line, "two awaits in one statement"
        elif not shape:
            yield line, "co_await in a shape g++ 12 may miscompile: " + " ".join(statement.split())
        elif re.search(r"\[[^\]]*\]\s*(\(|mutable)", shape["call"]):
            yield line, "a lambda in an awaiting statement"


def self_test():
    bad = ["if (co_await f()) g();", "while (co_await f()) {}", "switch (co_await f()) {}",
           "co_await f([x] { g(x); });", "co_await [x]() -> Task<> { co_return; }();",
           "auto x = a ? co_await f() : co_await g();", "co_await f({.a = 1});",
           "co_await f(T{1});", 'co_await f({"x", "y"});', "T t{.x = co_await f()};",
           "f(co_await g());", "auto x = co_await f(co_await g());", "EXPECT_EQ(co_await f(), 1);",
           "return_value(1 + co_await f());", "auto x = 1 + co_await f();",
           "for (auto x = 1; co_await f(x); ) {}", "co_return T{co_await f()};",
           "if (x) co_await f();", "throw X(co_await f());",
           "auto x = co_await f([&](int y) { return y; });", "x = y = co_await f();"]
    good = ["co_await f(a, b);", "auto x = co_await f(a, std::move(b));", "x = co_await f(a);",
            "co_return co_await f(a);", "const auto n = co_await stream->read_some(buffer);",
            "x_.y = co_await f(a);", "this->x = co_await f();", "case 1: co_await f(); break;",
            "auto [a, b] = co_await f();", "const std::uint8_t n = co_await reader.u8();",
            "std::vector<std::byte> v = co_await f();", "{ co_await f(); }",
            "// if (co_await f())\nco_await g();", 'co_await f("a; {b}");', "x[i] = co_await f();",
            "co_await sleep_for(std::chrono::seconds(1));", "co_await f(buffer.data(), a[1]);"]
    for text in bad:
        assert list(check("void g() {\n" + text + "\n}")), f"accepted: {text}"
    for text in good:
        assert not list(check("void g() {\n" + text + "\n}")), \
            f"refused: {text}: {list(check('void g() {' + text + '}'))}"


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return
    top = pathlib.Path(sys.argv[1])
    report([(path, line, text) for path in files(top, ".cpp", ".h")
            for line, text in check((top / path).read_text())])


if __name__ == "__main__":
    main()
