"""Every rule speaks when it should and is silent when it should be."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import cxx  # noqa: E402
import document_rules  # noqa: E402
import layer_rules  # noqa: E402
import source_rules  # noqa: E402
import tidy  # noqa: E402
from tree import Tree  # noqa: E402

LAYERS = "common/base:\ncommon/wire: base\ngateway/sql: base\ngateway/front: wire base\n" \
         "agent/upstream: wire base\ngateway: *\nagent: *\npure: common/wire\n"
MARK = "TO" "DO"


@pytest.fixture(name="plant")
def _plant(tmp_path):
    """plant({path: text}) makes a tree of exactly these files and layers.txt."""
    def make(files):
        files = {layer_rules.LAYERS: LAYERS, **files}
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, encoding="utf-8")
        return Tree(tmp_path, files)
    return make


def found(rule, tree):
    return [(finding.path, finding.line) for finding in rule(tree)]


def function_of(lines):
    return "int F() {\n" + "  G();\n" * (lines - 2) + "}\n"


BREACHES = [
    (source_rules.banned_calls, {"common/base/a.cc": "int x;\nvoid F() { strcpy(a, b); }\n"}, 2),
    (source_rules.banned_calls, {"common/base/a.cc": "using namespace std;\n"}, 1),
    (source_rules.banned_calls, {"common/base/a.cc": "auto f = std::async(G);\n"}, 1),
    (source_rules.banned_calls, {"common/base/a.cc": "void F() { system(command); }\n"}, 1),
    (source_rules.banned_calls, {"common/base/a.cc": "int F() { return rand(); }\n"}, 1),
    (source_rules.banned_calls, {"common/base/a.cc": "void F() { pg_query_exit(); }\n"}, 1),
    (source_rules.banned_calls,
     {"common/base/a.cc": "bool W() { return raw_expression_tree_walker(n, f, c); }\n"}, 1),
    (source_rules.file_length, {"common/base/a.cc": "int x;\n" * 401}, 401),
    (source_rules.function_length, {"common/base/a.cc": "\n" + function_of(71)}, 2),
    (source_rules.function_length, {"common/base/a.cc": "A::A(int b)\n    : b_{b}, c_(1) {\n"
                                    + "  G();\n" * 70 + "}\n"}, 1),
    (source_rules.line_length, {"common/base/a.cc": "// " + "x" * 98 + "\n"}, 1),
    (source_rules.line_length, {"tests/go": "#!/bin/bash\n# " + "x" * 99 + "\n"}, 2),
    (source_rules.header_shape, {"common/base/a.h": "#pragma once\n"}, 1),
    (source_rules.header_shape, {"common/base/a.h": "// What it is for.\n"}, 1),
    (source_rules.unfinished, {"docs/a.md": f"# A\n\n{MARK}: more\n"}, 3),
    (source_rules.old_code, {"common/base/a.cc": "int y;\n// x = F(y);\n"}, 2),
    (source_rules.old_code, {"common/base/a.cc": "// if (x) {\n"}, 1),
    (layer_rules.layers, {"common/wire/a.cc": '#include "front/a.h"\n'}, 1),
    (layer_rules.layers, {"agent/upstream/a.cc": '#include "sql/a.h"\n'}, 1),
    (layer_rules.layers, {"common/wire/a.cc": '#include "portreeve/link.pb.h"\n'}, 1),
    (layer_rules.layers, {"gateway/novel/a.cc": "int x;\n"}, 1),
    (layer_rules.layers, {"agent/main.cc": '#include "sql/a.h"\n'}, 1),
    (layer_rules.pure_rooms, {"common/wire/a.cc": "#include <chrono>\n"}, 1),
    (layer_rules.pure_rooms, {"common/wire/a.cc": "#include <grpcpp/grpcpp.h>\n"}, 1),
    (layer_rules.pure_rooms, {"common/wire/a.cc": '#include "base/file.h"\n'}, 1),
    (layer_rules.small_agent, {"agent/upstream/a.cc": "#include <httplib.h>\n"}, 1),
    (layer_rules.unit_test_includes, {"tests/unit/wire/a_test.cc": '#include "sql/a.h"\n'}, 1),
    (layer_rules.dead_files, {"common/base/a.h": "// A.\n"}, 1),
    (layer_rules.dead_files, {"common/base/a.cc": "", "common/base/CMakeLists.txt": "aa.cc\n"}, 1),
    (layer_rules.dead_files, {"tests/fuzz/a_fuzz.cc": ""}, 1),
    (layer_rules.dead_files, {"tests/fuzz/a.cc": "", "tests/fuzz/b.cmake": "b.cc\n"}, 1),
    (layer_rules.dead_files, {"proto/portreeve/a.proto": "", "proto/CMakeLists.txt": "b\n"}, 1),
    (layer_rules.shared_globals, {"common/base/a.cc": "static int g_count = 0;\n"}, 1),
    (layer_rules.formatting,
     {"common/base/a.cc": "int  x;\n", ".clang-format": "BasedOnStyle: Google\n"}, 1),
    (document_rules.titles, {"docs/a.md": "A\n"}, 1),
    (document_rules.links, {"docs/a.md": "# A\n[b](b.md)\n"}, 2),
    (document_rules.links, {"docs/a.md": "# A\n[b](#nowhere)\n"}, 2),
    (document_rules.named_paths, {"docs/a.md": "# A\nSee `tests/unit/none`.\n"}, 2),
    (document_rules.yaml_blocks, {"docs/a.md": "# A\n```yaml\na: 1\nb: [\n```\n"}, 4),
    (document_rules.yaml_blocks, {"deploy/a.yaml": "a: {\n"}, 2),
    (document_rules.module_map, {"docs/architecture.md": "# A\n", "common/wire/a.cc": ""}, 1),
    (document_rules.module_map, {"docs/architecture.md": "# A\n| `common/wire` | Bytes. |\n"}, 2),
    (document_rules.adr_ending, {"docs/adr/2026-01-02-a.md": "# A\n## Why\n"}, 1),
    (document_rules.adr_ending,
     {"docs/adr/a.md": "# A\n## What would change our mind\nNothing.\n"}, 1),
    (document_rules.private_matters, {"docs/a.md": "# A\n" "/wor" "k/main\n"}, 2),
    (document_rules.private_matters, {"docs/a.md": "# A\nhttps://deb" ".debian.org/x\n"}, 2),
    (document_rules.private_matters, {"package-lock.json": '{\n"resolved": "https://a/b"\n}\n'}, 2),
    (document_rules.private_matters, {"README.md": "# A\nSee issue " "#12.\n"}, 2),
]


@pytest.mark.parametrize("rule,files,line", BREACHES,
                         ids=[f"{i}-{breach[0].__name__}" for i, breach in enumerate(BREACHES)])
def test_a_breach_is_found_where_it_is(plant, rule, files, line):
    assert line in [at for _, at in found(rule, plant(files))]


def test_every_rule_has_a_planted_breach():
    assert {rule for rule, _, _ in BREACHES} == set(tidy.RULES)


CLEAN = {
    ".clang-format": "BasedOnStyle: Google\n",
    "common/base/CMakeLists.txt": "portreeve_module(base SOURCES a.cc)\n",
    "common/base/a.h": "// What it is for. It is never empty; the end is marked.\n#pragma once\n\n"
                       "int F(int x);\n",
    "common/base/a.cc": '#include "base/a.h"\n\n// Call strcpy( or rand() nowhere.\n'
                        'int F(int x) { return x + sizeof("system(gets(0))"); }\n',
    "common/wire/CMakeLists.txt": "portreeve_module(wire SOURCES b.cc)\n",
    "common/wire/b.cc": '#include "base/a.h"\n\nstruct B {\n  int operand(int);\n};\n',
    "tests/unit/wire/b_test.cc": '#include <catch2/catch.hpp>\n\n#include "base/a.h"\n',
    "tests/unit/wire/CMakeLists.txt": "portreeve_unit_test(wire SOURCES b_test.cc)\n",
    "tests/fuzz/b.cmake": "portreeve_fuzz_target(b SOURCES c.cc)\n",
    "tests/fuzz/c.cc": '#include "base/a.h"\n',
    "gateway/CMakeLists.txt": "add_executable(portreeve-gateway main.cc)\n",
    "gateway/main.cc": '#include "base/a.h"\n\nint main() { return F(1); }\n',
    "docs/architecture.md": "# Map\n\n| `common/base` | Ground. |\n| `common/wire` | Bytes. |\n",
    "docs/adr/2026-01-02-x.md": "# X\n\nSee [the map](../architecture.md#map).\n\n"
                                "## What would change our mind\n\nA measurement.\n",
    "deploy/a.yaml": "a: {b: [1]}\n---\nc: 2\n",
}


@pytest.mark.parametrize("rule", tidy.RULES, ids=lambda rule: rule.__name__)
def test_a_tidy_tree_passes(plant, rule):
    assert not list(rule(plant(CLEAN)))


def test_code_and_comments_are_told_apart():
    code, comments = cxx.split('a("// no"); // yes\nR"x(")x" /* b\n */ 1\'000\n')
    assert code.splitlines()[0].rstrip() == 'a("     ");'
    assert comments.splitlines()[0].strip() == "// yes"
    assert "1'000" in code and "b" not in code


def test_functions_are_measured_by_their_outermost_body():
    code = "namespace n {\nclass C {\n  int F() const {\n    if (a) {\n      b();\n    }\n  }\n" \
           "  int x_{1};\n};\nstruct S {\n  int y;\n};\n}\n"
    assert list(cxx.functions(code)) == [(3, 5)]


def test_a_lambda_and_an_initialiser_do_not_end_a_function():
    code = "int F(int a) {\n  auto g = [&](int b) {\n    return b;\n  };\n  S s = {1, 2};\n" \
           "  return S{a}.x;\n}\n"
    assert list(cxx.functions(code)) == [(1, 7)]
