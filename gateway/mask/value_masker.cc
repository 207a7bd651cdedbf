#include "mask/value_masker.h"

#include "mask/integers.h"
#include "mask/types.h"

namespace portreeve::mask {
namespace {

constexpr char kJsonbVersion = 1;
// An array in binary (array_send): dimensions, flags, type of the elements; then, by dimension, its
// length and lower bound; then the elements.
constexpr size_t kArrayHeaderBytes = 12;
constexpr size_t kDimensionBytes = 8;
constexpr uint64_t kMaxDimensions = 6;

}  // namespace

ValueMasker::ValueMasker(const std::vector<ColumnPlan>& plan, const HashKey& key,
                         const Detectors* detectors)
    : key_(key), detectors_(detectors) {
  columns_.reserve(plan.size());
  for (const ColumnPlan& column_plan : plan) {
    Column& column = columns_.emplace_back();
    column.plan = column_plan;
    if (const auto* mask = column_plan.mask; mask == nullptr) {
      if (detectors_ != nullptr) column.how = HowToSearch(column_plan.type_oid, column_plan.format);
    } else if (mask->kind == Kind::kRedact || mask->kind == Kind::kNullValue ||
               mask->kind == Kind::kConstant || !Fits(*mask, column_plan.type_oid)) {
      column.how = How::kFixed;
      std::string fixed;
      if (Apply(*mask, key_, column_plan.type_oid, column_plan.format, {}, fixed)) {
        column.fixed = std::move(fixed);
      }
    } else {
      column.how = How::kMask;
    }
  }
  counts_.masked.resize(plan.size());
}

ValueMasker::How ValueMasker::HowToSearch(uint32_t type_oid, Format format) {
  const bool binary = format == Format::kBinary;
  if (oid::IsText(type_oid) || type_oid == oid::kXml) return How::kSearchText;
  switch (type_oid) {
    case oid::kJson:
      return How::kSearchJson;
    case oid::kJsonb:
      return binary ? How::kSearchJsonb : How::kSearchJson;
    case oid::kTextArray:
    case oid::kVarcharArray:
    case oid::kBpcharArray:
    case oid::kNameArray:
    case oid::kXmlArray:
      return binary ? How::kSearchElements : How::kSearchArray;
    case oid::kJsonArray:
    case oid::kJsonbArray:
      return binary ? How::kSearchElements : How::kSearchJsonArray;
    case oid::kRecord:
    case oid::kRecordArray:
    case oid::kRefcursor:
    case oid::kTsvector:
    case oid::kTsquery:
    case oid::kJsonpath:
      return How::kSearchAnything;
    default:
      return type_oid == oid::kNotKnown || type_oid >= oid::kFirstOfUsers ? How::kSearchAnything
                                                                          : How::kKeep;
  }
}

ValueMasker::Outcome ValueMasker::Mask(size_t index, std::string_view value, std::string& out) {
  const Column& column = columns_[index];
  if (column.how == How::kKeep) return Outcome::kKept;
  if (column.plan.mask == nullptr) return Search(column, value, out);
  ++counts_.masked[index];
  if (column.how == How::kFixed) {
    if (!column.fixed) return Outcome::kNull;
    out += *column.fixed;
    return Outcome::kReplaced;
  }
  const ColumnPlan& plan = column.plan;
  return Apply(*plan.mask, key_, plan.type_oid, plan.format, value, out) ? Outcome::kReplaced
                                                                         : Outcome::kNull;
}

bool ValueMasker::SearchText(Shape shape, std::string_view text, std::string& out) {
  return detectors_->Search(shape, text, scratch_, counts_.findings, out);
}

ValueMasker::Outcome ValueMasker::Search(const Column& column, std::string_view value,
                                         std::string& out) {
  const auto searched = [&](Shape shape) {
    return SearchText(shape, value, out) ? Outcome::kReplaced : Outcome::kKept;
  };
  switch (column.how) {
    case How::kSearchText:
      return searched(Shape::kPlain);
    case How::kSearchJson:
      return searched(Shape::kJson);
    case How::kSearchArray:
      return searched(Shape::kArray);
    case How::kSearchJsonArray:
      return searched(Shape::kJsonArray);
    case How::kSearchElements:
      return SearchElements(column.plan.type_oid, value, out);
    case How::kSearchJsonb: {
      const bool known = !value.empty() && value.front() == kJsonbVersion;
      thrown_away_.clear();
      const std::string_view text = known ? value.substr(1) : value;
      if (!SearchText(Shape::kJson, text, thrown_away_)) return Outcome::kKept;
      if (!known) return Outcome::kNull;
      out += kJsonbVersion;
      out += thrown_away_;
      return Outcome::kReplaced;
    }
    default:
      thrown_away_.clear();
      return SearchText(Shape::kPlain, value, thrown_away_) ? Outcome::kNull : Outcome::kKept;
  }
}

// What is no such array is searched as it is.
ValueMasker::Outcome ValueMasker::SearchElements(uint32_t type_oid, std::string_view array,
                                                 std::string& out) {
  const bool json = type_oid == oid::kJsonArray || type_oid == oid::kJsonbArray;
  const size_t version = type_oid == oid::kJsonbArray ? 1 : 0;
  const size_t start = out.size();
  const uint64_t dimensions = LoadBigEndian(array.substr(0, 4));
  const size_t header = kArrayHeaderBytes + kDimensionBytes * dimensions;
  bool understood = dimensions <= kMaxDimensions && array.size() >= header;
  bool replaced = false;
  std::string_view rest;
  if (understood) {
    out += array.substr(0, header);
    rest = array.substr(header);
  }
  while (understood && !rest.empty()) {
    const std::string_view length = rest.substr(0, 4);
    const auto bytes = ReadInteger(Format::kBinary, 4, length);
    const bool null = bytes && *bytes == -1;
    const size_t size = bytes && !null ? static_cast<size_t>(*bytes) : 0;
    understood = bytes && size <= rest.size() - 4 && (null || size >= version);
    if (!understood) break;
    const std::string_view element = rest.substr(4, size);
    rest.remove_prefix(4 + size);
    const size_t at = out.size();
    out += length;
    out += element.substr(0, null ? 0 : version);
    if (!null && SearchText(json ? Shape::kJson : Shape::kPlain, element.substr(version), out)) {
      replaced = true;
      StoreBigEndian(out.size() - at - 4, 4, out.data() + at);
    } else if (!null) {
      out += element.substr(version);
    }
  }
  if (understood && replaced) return Outcome::kReplaced;
  out.resize(start);
  if (understood) return Outcome::kKept;
  thrown_away_.clear();
  return SearchText(Shape::kPlain, array, thrown_away_) ? Outcome::kNull : Outcome::kKept;
}

}  // namespace portreeve::mask
