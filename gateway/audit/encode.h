// Records as frames, ready to be sealed. The two of the statement path are encoded by hand,
// straight from the caller's views into the buffer; the bytes are what protobuf itself would write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "audit/record.h"
#include "portreeve/audit.pb.h"

namespace portreeve::audit {

// Each appends one frame to `frames`, which grows but is not otherwise allocated. The sequence and
// the checksum are left open: SealFrames() sets them.
void AppendStatement(const StatementRecord& record, int64_t time_unix_us, uint32_t lane,
                     std::string& frames);
void AppendOutcome(const StatementOutcome& outcome, int64_t time_unix_us, uint32_t lane,
                   std::string& frames);

// Sets lane and (if it is 0) time, makes all text UTF-8. False, and nothing appended, if the record
// is larger than `limit_bytes`.
bool AppendRecord(proto::audit::Record& record, int64_t time_unix_us, uint32_t lane,
                  size_t limit_bytes, std::string& frames);

}  // namespace portreeve::audit
