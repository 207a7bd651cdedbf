#!/usr/bin/python3
"""The house style, as far as a program can see it.

tidy.py [RULE...] prints `file:line: rule: what to do` for each breach and exits 1 if there is one.
"""

import sys
from pathlib import Path

import document_rules
import layer_rules
import source_rules
from tree import Tree

RULES = source_rules.RULES + layer_rules.RULES + document_rules.RULES


def main():
    root = Path(__file__).resolve().parents[2]
    wanted = sys.argv[1:]
    unknown = set(wanted) - {rule.__name__ for rule in RULES}
    if unknown:
        print(f"tidy: no such rule: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    tree = Tree.of_git(root)
    rules = [rule for rule in RULES if not wanted or rule.__name__ in wanted]
    broken = 0
    for rule in rules:
        findings = sorted(set(rule(tree)))
        for finding in findings:
            print(finding)
        broken += bool(findings)
    print(f"tidy: {len(tree.paths)} files, {len(rules) - broken} rules kept, {broken} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
