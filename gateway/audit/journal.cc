#include "audit/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "audit/segment_file.h"
#include "base/encoding.h"
#include "base/file.h"
#include "base/random.h"

namespace portreeve::audit {
namespace {

// A segment plus one batch must stay below what a reader takes.
constexpr uint64_t kLargestSegmentBytes = kMaxSegmentFileBytes / 2;
constexpr uint64_t kSmallestSegmentBytes = 512;
static_assert(kLargestSegmentBytes + kMaxStagedBytes + kMaxRecordBytes + 2 * kMaxQueuedBytes <
              kMaxSegmentFileBytes);

absl::Status Check(const Options& options) {
  if (options.clock == nullptr || options.logger == nullptr) {
    return base::InvalidArgument("a journal needs a clock and a logger");
  }
  if (options.lanes == 0 || options.lanes > kMaxLanes) {
    return base::InvalidArgument("a journal has 1 to " + std::to_string(kMaxLanes) + " lanes");
  }
  if (options.segment_bytes < kSmallestSegmentBytes ||
      options.segment_bytes > kLargestSegmentBytes) {
    return base::InvalidArgument("a segment's size must be between " +
                                 std::to_string(kSmallestSegmentBytes) + " and " +
                                 std::to_string(kLargestSegmentBytes) + " bytes");
  }
  return absl::OkStatus();
}

absl::Status MakeFolder(const std::filesystem::path& dir) {
  if (mkdir(dir.c_str(), 0700) != 0) {
    return errno == EEXIST ? absl::OkStatus()
                           : base::ErrnoStatus("cannot make " + dir.string(), errno);
  }
  ASSIGN_OR_RETURN(const base::UniqueFd parent,
                   OpenFolder(dir.has_parent_path() ? dir.parent_path() : "."));
  return fsync(parent.get()) == 0 ? absl::OkStatus()
                                  : base::ErrnoStatus("cannot sync " + dir.string(), errno);
}

absl::StatusOr<base::UniqueFd> Lock(const std::filesystem::path& dir) {
  const std::string path = (dir / "LOCK").string();
  base::UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd.valid()) return base::ErrnoStatus("cannot open " + path, errno);
  if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return base::Unavailable("another process has the journal " + dir.string() + " open");
    }
    return base::ErrnoStatus("cannot lock " + path, errno);
  }
  return fd;
}

// The journal's id, made now if the folder holds no journal.
absl::StatusOr<std::string> TakeId(const std::filesystem::path& dir) {
  absl::StatusOr<std::string> known = ReadJournalId(dir);
  if (known.ok() || !absl::IsNotFound(known.status())) return known;
  ASSIGN_OR_RETURN(const SegmentList segments, ListSegments(dir));
  if (!segments.empty()) {
    return base::DataLoss(dir.string() + " holds segments but no file JOURNAL");
  }
  std::string id = base::SecureRandomBytes(kJournalIdBytes);
  RETURN_IF_ERROR(base::WriteFileAtomically(dir / kJournalFileName, EncodeJournalFile(id), 0600));
  return id;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> Journal::Open(const Options& options) {
  RETURN_IF_ERROR(Check(options));
  RETURN_IF_ERROR(MakeFolder(options.dir));
  std::unique_ptr<Journal> journal(new Journal());
  journal->logger_ = options.logger;
  ASSIGN_OR_RETURN(journal->lock_, Lock(options.dir));
  ASSIGN_OR_RETURN(const std::string id, TakeId(options.dir));
  journal->id_ = base::HexEncode(id);
  ChainOptions chain_options{.dir = options.dir,
                             .journal_id = id,
                             .lane = 0,
                             .segment_bytes = options.segment_bytes,
                             .clock = options.clock,
                             .logger = options.logger,
                             .disk = options.disk};
  if (options.disk == nullptr) {
    journal->own_disk_ = std::make_unique<Disk>();
    chain_options.disk = journal->own_disk_.get();
  }
  const bool strict = options.durability == Durability::kStrict;
  auto sequencer = std::make_unique<Sequencer>();
  ASSIGN_OR_RETURN(auto control_chain, Chain::Open(chain_options));
  journal->control_ = std::make_unique<ControlWriter>(std::move(control_chain), strict,
                                                      options.clock, sequencer.get());
  std::vector<Writer*> writers = {journal->control_.get()};
  for (size_t i = 0; i < options.lanes; ++i) {
    chain_options.lane = static_cast<uint32_t>(i + 1);
    ASSIGN_OR_RETURN(auto chain, Chain::Open(chain_options));
    journal->lanes_.push_back(
        std::make_unique<LaneWriter>(std::move(chain), strict, options.clock, sequencer.get()));
    writers.push_back(journal->lanes_.back().get());
  }
  sequencer->Start(std::move(writers));
  journal->sequencer_ = std::move(sequencer);
  return journal;
}

Journal::~Journal() {
  if (sequencer_ == nullptr) return;  // It was never wholly open.
  sequencer_->Stop();
  std::vector<Writer*> writers;
  for (const auto& lane : lanes_) writers.push_back(lane.get());
  // Last, so that what is told last is on the disk last.
  writers.push_back(control_.get());
  for (Writer* const writer : writers) {
    if (const absl::Status status = writer->Close(); !status.ok()) {
      logger_->Error("the audit journal could not be closed in order",
                     {{"error", std::string(base::FromAbsl(status.message()))}});
    }
  }
}

}  // namespace portreeve::audit
