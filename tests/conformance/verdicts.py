"""What the suites' runner said of each test, what the journal says, and what is expected."""

import re
from dataclasses import dataclass

# "failed (ignored)" is the schedule's word for a test that depends on chance, unless its process
# failed: then it has not been run at all.
_GOOD = re.compile(r"^(?:test| {4}) (\S+) +\.\.\. (?:ok|failed \(ignored\)) +\d+ ms$", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    passed: tuple
    failed: tuple


def _split(tests, good):
    return Outcome(tuple(test for test in tests if test in good),
                   tuple(test for test in tests if test not in good))


def outcome(tests, log):
    """Those of the tests that the runner's log says went well. The others have failed."""
    return _split(tests, set(_GOOD.findall(log)))


def judge(found, expected):
    """The same outcome, where an expected failure is fine and one that passes is not."""
    tests = found.passed + found.failed
    return _split(tests, {test for test in tests
                          if (test in found.passed) != (test in expected)})


def expected_failures(text, suite):
    """The tests of the suite in lines of "SUITE/TEST  # reason"; each line must have its reason."""
    names = set()
    for line in text.splitlines():
        name, _, reason = (part.strip() for part in line.partition("#"))
        if name and not reason:
            raise ValueError(f"{name} is expected to fail, without a reason")
        if name.startswith(suite + "/"):
            names.add(name.partition("/")[2])
    return names


def journal_gaps(records):
    """What the journal lacks: every session and statement must have its beginning and its end."""
    begun, ended = {}, {}
    gaps = []
    for record in records:
        for event, found, key in (("session_opened", begun, ("session",)),
                                  ("session_closed", ended, ("session",)),
                                  ("statement", begun, ("session", "statement")),
                                  ("statement_outcome", ended, ("session", "statement"))):
            if event in record:
                name = " ".join(record[event][part] for part in key)
                if name in found:
                    gaps.append(f"{event} twice: {name}")
                found[name] = record[event]
        if "records_lost" in record:
            gaps.append(f"records lost: {record['records_lost']}")
    gaps += [f"without an end: {name}" for name in begun if name not in ended]
    gaps += [f"without a beginning: {name}" for name in ended if name not in begun]
    return gaps


def differing_results(one, other, expected=frozenset()):
    """What two runs of a suite have not left byte for byte the same in their folders of results,
    but for the tests of which that is expected; and those of which it is and that are the same."""
    names = {path.name for folder in (one, other) for path in folder.glob("*.out")}
    differing = {name for name in names if not (one / name).exists()
                 or not (other / name).exists()
                 or (one / name).read_bytes() != (other / name).read_bytes()}
    unexpected = differing ^ {f"{test}.out" for test in expected}
    return sorted(unexpected) if names else ["there are no results"]
