"""That the run can fail: what counts as a leak, a refusal and the same answer."""

import struct

from canaries import Canaries, Scanner
from speaker import Case, Step
from verdict import Tally, normalised, refusals
from wire import message

CANARIES = Canaries("test")
SECRET = CANARIES.word("word").encode()
SCANNER = Scanner(CANARIES)
REFUSAL = message("E", b"SERROR\0C42501\0Mno\0DDecision s-1/2.\0\0")


def row(value):
    return message("D", struct.pack("!Hi", 1, len(value)), value)


def description(table, kind):
    return message("T", struct.pack("!H", 1), b"a\0",
                   struct.pack("!IhIhih", table, 1, kind, -1, -1, 0))


def judged(family, ours, theirs):
    tally = Tally()
    tally.add(Case(family, "a", (Step("SELECT 1"),)), ours, theirs, SCANNER, 1000)
    return tally


def test_a_canary_in_an_answer_is_a_leak_and_one_that_was_there_is_masked():
    leaked = judged("bare", row(SECRET), row(SECRET))
    assert leaked.families["bare"].leaked == 1 and len(leaked.leaks) == 1
    masked = judged("bare", row(b"[redacted]"), row(SECRET)).families["bare"]
    assert (masked.leaked, masked.masked, masked.refused, masked.would_leak) == (0, 1, 0, 1)
    refused = judged("bare", REFUSAL, row(SECRET)).families["bare"]
    assert (refused.leaked, refused.masked, refused.refused) == (0, 0, 1)
    assert refusals(REFUSAL) == ["no"]


def test_the_innocent_must_be_answered_by_the_same_bytes():
    assert judged("innocent", row(b"1"), row(b"1")).share_identical() == 1
    other = judged("innocent", row(b"1"), row(b"2"))
    assert other.share_identical() == 0 and len(other.different) == 1
    assert judged("innocent", REFUSAL, row(b"1")).reasons == {"no": 1}


def test_only_what_a_session_made_may_have_another_oid():
    assert normalised(description(1000, 2000), 1000) == normalised(description(1001, 3000), 1000)
    assert normalised(description(1001, 25), 1000) != normalised(description(1001, 23), 1000)
    assert normalised(description(998, 25), 1000) != normalised(description(999, 25), 1000)
    assert normalised(message("E", b"spg_temp_3\0\0"), 0) == \
        normalised(message("E", b"spg_temp_14\0\0"), 0)
