// Records as text for people and programs. Nothing of what a client sent can break a line or reach
// a terminal as a control character.
#pragma once

#include <string>

#include "portreeve/audit.pb.h"

namespace portreeve::audit {

// One line without a line end: time, lane.sequence, event, its fields as key=value.
std::string ToLine(const proto::audit::Record& record);

// One JSON object without a line end: protobuf's JSON form with the field names of the .proto file,
// and `time` (RFC 3339) before them.
std::string ToJsonLine(const proto::audit::Record& record);

}  // namespace portreeve::audit
