#include "mask/mask.h"

#include "mask/kinds.h"
#include "mask/types.h"

namespace portreeve::mask {
namespace {

bool Make(const Mask& mask, const HashKey& key, uint32_t type_oid, Format format,
          std::string_view value, std::string& out) {
  switch (mask.kind) {
    case Kind::kRedact:
      return Redact(type_oid, format, out);
    case Kind::kNullValue:
      return false;
    case Kind::kPartialEmail:
      return oid::IsText(type_oid) && PartialEmail(value, out);
    case Kind::kHash:
      return Hash(key, type_oid, format, value, out);
    case Kind::kKeepLast:
      return oid::IsText(type_oid) && KeepLast(mask.number, type_oid, value, out);
    case Kind::kConstant:
      return Constant(mask.text, type_oid, format, out);
    case Kind::kDateTrunc:
      return DateTrunc(mask.text, type_oid, format, value, out);
    case Kind::kRound:
      return Round(mask.number, type_oid, format, value, out);
  }
  return false;
}

}  // namespace

bool Fits(const Mask& mask, uint32_t type_oid) {
  switch (mask.kind) {
    case Kind::kRedact:
      return RedactFits(type_oid);
    case Kind::kNullValue:
      return true;
    case Kind::kPartialEmail:
      return oid::IsText(type_oid);
    case Kind::kHash:
      return HashFits(type_oid);
    case Kind::kKeepLast:
      return oid::IsText(type_oid) && mask.number > 0;
    case Kind::kConstant: {
      std::string written;
      return Constant(mask.text, type_oid, Format::kText, written);
    }
    case Kind::kDateTrunc:
      return DateTruncFits(mask.text, type_oid);
    case Kind::kRound:
      return RoundFits(mask.number, type_oid);
  }
  return false;
}

bool Apply(const Mask& mask, const HashKey& key, uint32_t type_oid, Format format,
           std::string_view value, std::string& out) {
  const size_t before = out.size();
  if (Make(mask, key, type_oid, format, value, out)) return true;
  out.resize(before);
  return false;
}

}  // namespace portreeve::mask
